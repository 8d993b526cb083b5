import { type CreatedKey, createKeyring, definePermissions, type Keyring, systemActor } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'

const permissions = definePermissions({ prompts: ['list', 'read'], tokens: ['introspect'] })

/** What a key of this API can be allowed to do. */
export type Permission = (typeof permissions.names)[number]

/** The keyring. Its keys live in memory and end with the process. */
export function createTeamKeyring(): Keyring<Permission> {
  return createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions,
    defaultPermissions: ['prompts:list', 'prompts:read'],
    // A table of your database: ada administers her workspace.
    resolveOwner: ({ owner }) => (owner.id === 'ada' ? ['*:*', 'keys:manage'] : null),
  })
}

/** The key that a pipeline manages others with. Nothing that it makes can do more, or elsewhere, than it can itself. */
export function createPipelineKey(keyring: Keyring<Permission>): Promise<CreatedKey> {
  return keyring.as(systemActor('acme')).create({
    name: 'Pipeline',
    environment: 'production',
    permissions: ['keys:manage', 'prompts:list', 'prompts:read'],
    owner: { type: 'user', id: 'ada' },
  })
}
