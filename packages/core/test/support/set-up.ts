import { memoryStore } from '@claviger/store-memory'
import { seededRandom, type TestClock, testClock } from '@claviger/testing'
import {
  type CreatedKey,
  type CreateKeyInput,
  createKeyring,
  definePermissions,
  hmacSha256,
  type KeyManager,
  type Keyring,
  type KeyringOptions,
  type PermissionDefinition,
  systemActor,
} from '../../src/index.ts'
import type { KeyStore } from '../../src/store/store.ts'
import { type ObservedStore, observedStore } from './observed-store.ts'

// Not narrowed to names: tests grant what the compiler would refuse. `test/types.test-d.ts` tests the names.
const definition: PermissionDefinition = { prompts: ['read', 'list', 'write'], context: ['download'] }

export const pepper = 'a pepper of thirty-two characters'
export const ada = { type: 'user', id: 'ada' } as const

export interface SetUp {
  readonly clock: TestClock
  readonly store: ObservedStore
  readonly keyring: Keyring
  readonly keys: KeyManager
  /** Creates a key of ada in ws_acme, production, unless told otherwise. */
  readonly create: (input?: Partial<CreateKeyInput>) => Promise<CreatedKey>
}

/** A keyring on a real memory store, with a clock that obeys and reproducible tokens. */
export function setUp(
  overrides: Partial<KeyringOptions> & {
    readonly on?: KeyStore
    readonly at?: TestClock
    readonly seed?: number
  } = {},
): SetUp {
  const { on = memoryStore(), at: clock = testClock(), seed = 1, ...options } = overrides
  const store = observedStore(on)
  const keyring = createKeyring({
    prefix: 'acme',
    store,
    permissions: definePermissions(definition),
    defaultPermissions: ['prompts:read', 'prompts:list', 'context:download'],
    hasher: hmacSha256({ pepper }),
    clock,
    random: seededRandom(seed),
    ...(options.owners === undefined && { resolveOwner: () => ['*:*'] }),
    ...options,
  } as KeyringOptions)
  const keys = keyring.as(systemActor('ws_acme'))
  return {
    clock,
    store,
    keyring,
    keys,
    create: (input = {}) => keys.create({ name: 'Production', environment: 'production', owner: ada, ...input }),
  }
}
