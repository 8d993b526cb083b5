import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'

/** A keyring with one key that may `docs:read`. */
export async function keyringWithKey(): Promise<{
  keyring: Keyring<'docs:read' | 'docs:write' | 'keys:manage'>
  token: string
  id: string
}> {
  const keyring = createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ docs: ['read', 'write'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'p'.repeat(32) }),
  })
  const { key, token } = await keyring.as(systemActor('ws_acme')).create({
    name: 'test',
    environment: 'production',
    permissions: ['docs:read'],
    owner: { type: 'user', id: 'ada' },
  })
  return { keyring, token, id: key.id }
}
