import { type Clock, createKeyring, definePermissions, type Keyring } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'

const permissions = definePermissions({ prompts: ['list', 'read'], context: ['download'] })

/** What a key of this API can be allowed to do. */
export type Permission = (typeof permissions.names)[number]

/** Who works where, and what they may do there: a table of your database. */
const members = [
  { workspaceId: 'acme', userId: 'ada', permissions: ['prompts:*', 'context:download'] },
  { workspaceId: 'acme', userId: 'grace', permissions: ['prompts:list', 'prompts:read'] },
  { workspaceId: 'globex', userId: 'grace', permissions: ['prompts:*', 'context:download'] },
]

/** What a user may do in a workspace; null for someone who does not work there, or no longer. */
export function permissionsOf(workspaceId: string, userId: string): readonly string[] | null {
  return members.find((one) => one.workspaceId === workspaceId && one.userId === userId)?.permissions ?? null
}

/** The keyring of the prompts API. Without a store its keys live in memory and end with the process. */
export function createPromptsKeyring(store: KeyStore = memoryStore(), clock?: Clock): Keyring<Permission> {
  return createKeyring({
    prefix: 'acme',
    store,
    permissions,
    defaultPermissions: ['prompts:list', 'prompts:read', 'context:download'],
    // Who calls with a key: networks and programs, so that one that still uses an old secret is found.
    usage: { callers: true },
    // A key never does more than its owner may do now; null says that the owner is gone.
    resolveOwner: ({ workspaceId, owner }) => (owner.type === 'user' ? permissionsOf(workspaceId, owner.id) : null),
    ...(clock !== undefined && { clock }),
  })
}
