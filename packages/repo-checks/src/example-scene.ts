import {
  type ApiKey,
  createKeyring,
  definePermissions,
  hmacSha256,
  type KeyManager,
  type Keyring,
  type Limiter,
  type ManagedKey,
  type ServiceAccount,
} from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'

const permissions = definePermissions({ prompts: ['list', 'read', 'write'], context: ['download'] })

/** The permissions the examples speak of. */
type Permission = (typeof permissions.names)[number]

/** What examples take for granted: someone who may do everything, with a key of their own. */
export interface ExampleScene {
  readonly keyring: Keyring<Permission>
  readonly keys: KeyManager<Permission>
  readonly key: ManagedKey
  readonly token: string
  /** The key, verified. */
  readonly apiKey: ApiKey
  /** A service account that may do everything. */
  readonly account: ServiceAccount
  /** The logged-in user. */
  readonly session: {
    readonly userId: string
    readonly workspaceId: string
    readonly permissions: readonly string[]
  }
  /** The host's own table of people. */
  readonly members: {
    permissionsOf(workspaceId: string, userId: string): Promise<readonly string[] | null>
    remove(workspaceId: string, userId: string): Promise<void>
  }
  /** The host's secret manager. */
  readonly secrets: { get(name: string): Promise<string> }
  /** The host's limiter. */
  readonly limiter: Limiter
  /** The host's way of saying no. */
  readonly refuse: (code: string) => void
}

/** A new scene, in memory and without slow hashes. Close its keyring in the end. */
export async function setExampleScene(): Promise<ExampleScene> {
  const session = { userId: 'ada', workspaceId: 'ws_acme', permissions: ['*:*', 'keys:manage'] }
  const people = new Map([[session.userId, session.permissions]])
  const keyring = createKeyring({
    prefix: 'acme',
    importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ },
    store: memoryStore(),
    permissions,
    defaultPermissions: ['prompts:read'],
    hasher: hmacSha256({ pepper: 'for examples only: 32 characters' }),
    resolveOwner: ({ owner }) => people.get(owner.id) ?? null,
  })
  const keys = keyring.as({
    type: 'user',
    id: session.userId,
    workspaceId: session.workspaceId,
    permissions: session.permissions,
    can: { listAll: true, manageServiceAccounts: true },
  })
  const { key, token } = await keys.create({ name: 'Website', environment: 'production' })
  const account = await keys.serviceAccounts.create({ name: 'deploy-bot', permissions: ['*:*'] })
  const verification = await keyring.verify(token)
  if (!verification.ok) throw new Error(`The key of the scene is refused: ${verification.code}.`)
  return {
    keyring,
    keys,
    key,
    token,
    account,
    session,
    apiKey: verification.apiKey,
    members: {
      permissionsOf: async (_workspaceId, userId) => people.get(userId) ?? null,
      remove: async (_workspaceId, userId) => void people.delete(userId),
    },
    secrets: { get: async (name) => `${name} of 32 characters or more ......` },
    limiter: { consume: () => ({ isAllowed: true, remaining: 599, resetMs: 60_000 }) },
    refuse: () => {},
  }
}
