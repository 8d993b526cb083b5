import { memoryStore } from '@claviger/store-memory'
import { expectTypeOf } from 'vitest'
import {
  type Ability,
  type AnyClavigerError,
  type ConfigurationError,
  createKeyring,
  definePermissions,
  type ErrorCode,
  type ForbiddenError,
  type ForbiddenSubject,
  type Grant,
  type KeyCaller,
  isClavigerError,
  type KeyRefusedError,
  type Keyring,
  type PermissionCeilingError,
  type RevokeResult,
  type RotationInProgressError,
  systemActor,
  type UnavailableError,
} from '../src/index.ts'

// Compiled by `tsc -p tsconfig.tests.json`, never run.

const permissions = definePermissions({ prompts: ['read', 'list'], context: ['download'] })
type Name = (typeof permissions.names)[number]
const keyring = createKeyring({ prefix: 'acme', store: memoryStore(), permissions, owners: 'unbounded' })
const keys = keyring.as(systemActor('ws'))
const named = { name: 'Website', environment: 'production' } as const

/* Errors: `code` narrows to the class. */

const thrown: unknown = undefined
if (isClavigerError(thrown)) {
  expectTypeOf(thrown).toEqualTypeOf<AnyClavigerError>()
  switch (thrown.code) {
    case 'ERR_CLAVIGER_CONFIGURATION':
      expectTypeOf(thrown).toEqualTypeOf<ConfigurationError>()
      break
    case 'ERR_CLAVIGER_FORBIDDEN':
      expectTypeOf(thrown).toEqualTypeOf<ForbiddenError>()
      expectTypeOf(thrown.subject).toEqualTypeOf<ForbiddenSubject>()
      break
    case 'ERR_CLAVIGER_PERMISSION_CEILING':
      expectTypeOf(thrown).toEqualTypeOf<PermissionCeilingError>()
      break
    case 'ERR_CLAVIGER_ROTATION_IN_PROGRESS':
      expectTypeOf(thrown).toEqualTypeOf<RotationInProgressError>()
      break
    case 'ERR_CLAVIGER_UNAVAILABLE':
      expectTypeOf(thrown).toEqualTypeOf<UnavailableError>()
      break
    case 'ERR_CLAVIGER_KEY_REFUSED':
      expectTypeOf(thrown).toEqualTypeOf<KeyRefusedError>()
      break
  }
}
// Every code has its class, and only one.
expectTypeOf<AnyClavigerError['code']>().toEqualTypeOf<ErrorCode>()
expectTypeOf<
  { [Code in ErrorCode]: Extract<AnyClavigerError, { readonly code: Code }> }[ErrorCode]
>().toEqualTypeOf<AnyClavigerError>()
expectTypeOf<Extract<RevokeResult, { ok: false }>['error']>().toEqualTypeOf<AnyClavigerError>()
expectTypeOf<Exclude<Ability, ForbiddenSubject>>().toBeNever()

/* Grants: names and wildcards that are declared. */

expectTypeOf<Grant<Name>>().toEqualTypeOf<
  Name | 'prompts:*' | 'context:*' | '*:read' | '*:list' | '*:download' | '*:*'
>()
void keys.create({ ...named, permissions: ['prompts:read', 'prompts:*', '*:list', '*:*', 'keys:manage'] })
void keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['context:*'] })
// @ts-expect-error a misspelt permission
void keys.create({ ...named, permissions: ['prompts:raed'] })
// @ts-expect-error a wildcard of a resource that is not declared
void keys.create({ ...named, permissions: ['prompt:*'] })
// @ts-expect-error a wildcard of an action that is not declared
void keys.update('id', { permissions: ['*:raed'] })
// @ts-expect-error no wildcard covers keys:manage
void keys.update('id', { permissions: ['keys:*'] })
// @ts-expect-error a misspelt permission of an account
void keys.serviceAccounts.update('id', { permissions: ['prompts:reed'] })
// @ts-expect-error no wildcard is asked of a key
void keyring.verify('token', { permission: 'prompts:*' })
const asked: readonly string[] = []
// @ts-expect-error text from outside is checked first
void keys.create({ ...named, permissions: asked })
void keys.create({ ...named, permissions: asked.filter(permissions.isGrant) })

/* Usage: an id that may be missing is no question about the workspace. */

const id: string | undefined = asked[0]
// @ts-expect-error the id may be undefined
void keys.usage(id)
// @ts-expect-error a range is no id
void keys.usage({ limit: 5 })
void keys.workspaceUsage({ limit: 5 })
// @ts-expect-error the id may be undefined
void keys.callers(id)
expectTypeOf(keys.callers).returns.resolves.toEqualTypeOf<readonly KeyCaller[]>()
expectTypeOf<KeyCaller>().toEqualTypeOf<{
  readonly version: number
  readonly network: string | null
  readonly agent: string | null
  readonly lastUsedAt: Date
}>()

/* Durations and what bounds a key. */

const settings = { prefix: 'acme', store: memoryStore(), permissions }
expectTypeOf(
  createKeyring({ ...settings, owners: 'unbounded', policy: { rotateAfter: '90d' } }).permissions.names,
).toEqualTypeOf<readonly Name[]>()
// @ts-expect-error a text with no unit
createKeyring({ ...settings, owners: 'unbounded', policy: { rotateAfter: '90' } })
// @ts-expect-error machine-scale options are numbers
createKeyring({ ...settings, owners: 'unbounded', pollMs: '1s' })
// @ts-expect-error both at once
createKeyring({ ...settings, owners: 'unbounded', resolveOwner: () => [] })
// @ts-expect-error a misspelt option
createKeyring({ ...settings, owners: 'unbounded', pollms: 1_000 })
// What is undefined counts as left out, in options and inputs.
const unset: undefined = undefined
createKeyring({
  ...settings,
  owners: 'unbounded',
  resolveOwner: unset,
  policy: { rotateAfter: unset, maxLifetime: unset },
  retention: unset,
  usage: { flushMs: unset, callers: unset },
  cache: { maxEntries: unset },
  environments: unset,
  onEvent: unset,
})
void keys.create({ ...named, expiresAt: unset, metadata: unset })
void keys.list({ status: unset, environment: unset })
void keys.usage('id', { from: unset })
// @ts-expect-error a requirement that is undefined would ask nothing
void keyring.verify('token', { workspaceId: unset })

/* Actors: the limits of a key belong to keys, and abilities have names. */

const ada = { type: 'user', id: 'ada', workspaceId: 'ws', permissions: [] } as const
// @ts-expect-error only a key is limited to an environment
keyring.as({ ...ada, environment: 'staging' })
// @ts-expect-error a misspelt field
keyring.as({ ...ada, cann: { rotate: false } })
keyring.as({ ...ada, environment: unset, can: { list: unset, rotate: false }, origin: { ip: unset } })
// @ts-expect-error a misspelt ability
keyring.as({ ...ada, can: { rotat: false } })

/* Resources: the declared types. */

const limited = createKeyring({
  prefix: 'acme',
  store: memoryStore(),
  permissions,
  resources: ['project', 'dataset'],
  owners: 'unbounded',
})
expectTypeOf(limited.resources).toEqualTypeOf<readonly ('project' | 'dataset')[]>()
const limitedKeys = limited.as(systemActor('ws'))
void limitedKeys.create({ ...named, resources: { project: ['p1'], dataset: ['d1'] } })
void limitedKeys.update('id', { resources: {} })
void limited.verify('token', { resources: { project: 'p1' } })
void limitedKeys.diagnose('token', { resources: { dataset: 'd1' } })
// @ts-expect-error a misspelt type
void limitedKeys.create({ ...named, resources: { projct: ['p1'] } })
// @ts-expect-error a misspelt type
void limitedKeys.update('id', { resources: { projct: ['p1'] } })
// @ts-expect-error ids come as a list
void limitedKeys.create({ ...named, resources: { project: 'p1' } })
// @ts-expect-error a misspelt type
void limited.verify('token', { resources: { projct: 'p1' } })
// @ts-expect-error one id at a time
void limited.verify('token', { resources: { project: ['p1'] } })
// @ts-expect-error a misspelt type
void limitedKeys.diagnose('token', { resources: { projct: 'p1' } })
// @ts-expect-error this keyring declares none
void keys.create({ ...named, resources: { project: ['p1'] } })
// @ts-expect-error this keyring declares none
void keyring.verify('token', { resources: { project: 'p1' } })
const anyKeyring: Keyring = limited
void anyKeyring
void limited.verify('token').then((verification) => {
  if (!verification.ok) return
  // All of a type may be meant, in which case there is no list.
  expectTypeOf(verification.apiKey.resources['project']).toEqualTypeOf<readonly string[] | undefined>()
})
createKeyring({
  prefix: 'acme',
  store: memoryStore(),
  permissions,
  resources: ['project'],
  resolveOwner: () => ({ permissions: ['prompts:read'], resources: { project: ['p1'] } }),
})
