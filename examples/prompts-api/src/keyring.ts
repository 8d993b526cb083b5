import { createKeyring, definePermissions, type Keyring } from '@claviger/core'
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

/** The keyring of the prompts API. Its keys live in memory and end with the process. */
export function createPromptsKeyring(): Keyring<Permission> {
  return createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions,
    defaultPermissions: ['prompts:list', 'prompts:read', 'context:download'],
    // A key never does more than its owner may do now; null says that the owner is gone.
    resolveOwner: ({ workspaceId, owner }) => {
      const member = members.find((one) => one.workspaceId === workspaceId && one.userId === owner.id)
      return owner.type === 'user' && member !== undefined ? member.permissions : null
    },
  })
}
