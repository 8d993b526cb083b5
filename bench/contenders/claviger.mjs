import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'

/** The whole of it: every state is checked, revocation is followed. */
export async function prepare(count) {
  const keyring = createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['read', 'list'] }),
    defaultPermissions: ['prompts:read'],
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper of thirty-two characters' }),
    cache: { maxEntries: Math.max(count, 10_000) },
    // Longer than any run: what is measured is a hit.
    recordAgeMs: 3_600_000,
  })
  const keys = keyring.as(systemActor('bench'))
  const tokens = []
  for (let index = 0; index < count; index += 1) {
    const { token } = await keys.create({
      name: `Key ${index}`,
      environment: 'production',
      owner: { type: 'user', id: 'u' },
    })
    await keyring.verify(token, { carrier: 'bearer' })
    tokens.push(token)
  }
  return { tokens, verify: (header) => keyring.recall('bearer', header)?.ok === true, close: () => keyring.close() }
}
