import {
  type CreatedKey,
  type CreateKeyInput,
  createKeyring,
  definePermissions,
  type Grant,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  type ManagedKey,
  type Owner,
  type PermissionCatalogue,
  systemActor,
} from '@claviger/core'
import { parseOptions } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { seededRandom } from './random.ts'

/** What `testKeyring` can be told; everything has a default. */
export interface TestKeyringOptions<Permission extends string = string, Resource extends string = string> {
  /** The application's own catalogue. Default: `test:use` alone. */
  readonly permissions?: PermissionCatalogue<Permission> | undefined
  /** What the first key is granted. Default `['*:*']`: everything declared, but not `keys:manage`. */
  readonly grants?: readonly Grant<Permission>[] | undefined
  /** The tenant of the first key. Default `ws_test`. */
  readonly workspaceId?: string | undefined
  /** The environment of the first key. Default `development`. */
  readonly environment?: string | undefined
  /** The owner of the first key. Default the user `test`. */
  readonly owner?: Owner | undefined
  /** Anything else `createKeyring` takes, such as `prefix`, `resolveOwner`, `clock` or `store`. */
  readonly keyring?: Partial<KeyringOptions<Permission, Resource>> | undefined
  /** Other seeds give other tokens; the same seed gives the same ones every time. Default 1. */
  readonly seed?: number | undefined
}

const names = ['permissions', 'grants', 'workspaceId', 'environment', 'owner', 'keyring', 'seed'] as const

/** A keyring for a host application's own tests, and a key that works. */
export interface TestKeyring<Permission extends string = string, Resource extends string = string> {
  /** Give it to the application in place of its own. */
  readonly keyring: Keyring<Permission, Resource>
  /** Send it as `Authorization: Bearer <token>`. */
  readonly token: string
  readonly key: ManagedKey
  /** Makes another key, in the same workspace unless told otherwise. */
  issue(input?: Partial<CreateKeyInput<Permission, Resource>> & { readonly workspaceId?: string }): Promise<CreatedKey>
  /** Revokes a key of any workspace `issue` was told. Default: the first key. */
  revoke(key?: Pick<ManagedKey, 'id' | 'workspaceId'>): Promise<ManagedKey>
}

/**
 * A ready keyring and a token for the tests of an application: in memory, quick (no argon2), reproducible.
 * Owners are unbounded unless `keyring.resolveOwner` is given. Close the keyring when the tests are done.
 *
 * @example
 * const { keyring, token } = await testKeyring({ permissions })
 * const app = createApp(keyring)
 * await request(app).get('/v1/prompts').set('Authorization', `Bearer ${token}`).expect(200)
 */
export async function testKeyring<
  Permission extends string = 'test:use' | 'keys:manage',
  const Resource extends string = never,
>(options?: TestKeyringOptions<Permission, Resource>): Promise<TestKeyring<Permission, Resource>> {
  const given = parseOptions<TestKeyringOptions<Permission, Resource>>('testKeyring', options, names)
  const { workspaceId = 'ws_test', environment = 'development', grants = ['*:*'], seed = 1 } = given
  const { permissions, owner = { type: 'user', id: 'test' } } = given
  // What createKeyring itself takes, it checks itself.
  const own = Object.assign(Object.create(null), given.keyring) as Partial<KeyringOptions<Permission, Resource>>
  const keyring = createKeyring({
    prefix: 'test',
    store: memoryStore(),
    permissions: permissions ?? definePermissions({ test: ['use'] }),
    hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
    random: seededRandom(seed),
    ...(own.resolveOwner === undefined && { owners: 'unbounded' }),
    ...own,
  } as KeyringOptions<Permission, Resource>)

  const issue: TestKeyring<Permission, Resource>['issue'] = async (input = {}) => {
    const { workspaceId: tenant = workspaceId, ...wanted } = Object.assign(Object.create(null), input) as typeof input
    return keyring.as(systemActor(tenant)).create({ name: 'Test', environment, owner, permissions: grants, ...wanted })
  }

  await keyring.ready()
  const first = await issue()
  return {
    keyring,
    ...first,
    issue,
    revoke: (key = first.key) => keyring.as(systemActor(key.workspaceId)).revoke(key.id),
  }
}
