import { type Clock, createKeyring, definePermissions, type Keyring } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import type { Product } from './seed.ts'
import { memberOf, pastPermissionsOf, permissionsOf } from './team.ts'

const permissions = definePermissions({
  prompts: ['list', 'read', 'write', 'delete'],
  context: ['list', 'download', 'upload'],
  runs: ['list', 'read', 'create', 'cancel'],
  billing: ['read'],
})

/** What a key of this product can be allowed to do. */
export type Permission = (typeof permissions.names)[number]

/** The keyring of the product. */
export function createExampleKeyring(store: KeyStore, clock?: Clock): Keyring<Permission> {
  return createKeyring({
    prefix: 'acme',
    environments: ['production', 'staging', 'development', 'ci'],
    store,
    permissions,
    defaultPermissions: ['prompts:list', 'prompts:read', 'context:download'],
    // Who calls with a key: networks and programs, so that one that still uses an old secret is found.
    usage: { callers: true },
    // A key never does more than its owner may do now; null says that the owner left.
    resolveOwner: ({ workspaceId, owner }) => {
      const member = memberOf(workspaceId, owner.id)
      return member === undefined ? null : permissionsOf[member.role]
    },
    ...(clock !== undefined && { clock }),
  })
}

/** What the history of workspace acme is told with. */
export const exampleProduct: Product<Permission> = {
  keyringOn: createExampleKeyring,
  permissionsOf: (userId) => pastPermissionsOf('acme', userId),
}
