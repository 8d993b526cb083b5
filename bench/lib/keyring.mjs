import { argon2id, createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
import { doorOf } from '@claviger/core/http'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryStore } from '@claviger/store-memory'

const pepper = 'a pepper of thirty-two characters'
export const workspaceId = 'bench'
const together = 64

/** A keyring with the defaults, except for what a scenario says. */
export function makeKeyring({ hasher = 'hmacSha256', store = memoryStore(), ...options } = {}) {
  return createKeyring({
    prefix: 'acme',
    store,
    permissions: definePermissions({ prompts: ['read', 'list', 'write'], context: ['download'] }),
    defaultPermissions: ['prompts:read', 'prompts:list'],
    owners: 'unbounded',
    hasher: hasher === 'argon2id' ? argon2id() : hmacSha256({ pepper }),
    ...options,
  })
}

/** Makes keys; gives their tokens. */
export async function issue(keyring, count) {
  const keys = keyring.as(systemActor(workspaceId))
  const tokens = []
  while (tokens.length < count) {
    const made = Array.from({ length: Math.min(together, count - tokens.length) }, (_, index) =>
      keys.create({
        name: `Key ${tokens.length + index}`,
        environment: 'production',
        owner: { type: 'user', id: `user_${(tokens.length + index) % 1_000}` },
      }),
    )
    for (const { token } of await Promise.all(made)) tokens.push(token)
  }
  return tokens
}

/** Brings every token into memory, and waits for a poll: the news of its creation cannot drop it again. */
export async function warm(keyring, tokens, carrier = 'bearer') {
  await verifyAll(keyring, tokens, carrier)
  for (let attempt = 0; attempt < 40; attempt += 1) {
    await delay(100)
    const lost = tokens.filter((token) => doorOf(keyring).recall(carrier, fieldOf(token, carrier)) === undefined)
    if (lost.length === 0 && attempt > 12) return
    await verifyAll(keyring, lost, carrier)
  }
  throw new Error('The keys do not stay in memory.')
}

function fieldOf(token, carrier) {
  return carrier === 'bearer' ? `Bearer ${token}` : token
}

async function verifyAll(keyring, tokens, carrier) {
  for (let start = 0; start < tokens.length; start += together) {
    const verified = await Promise.all(
      tokens.slice(start, start + together).map((token) => doorOf(keyring).check(carrier, fieldOf(token, carrier))),
    )
    if (!verified.every(({ ok }) => ok)) throw new Error('A good key was refused.')
  }
}
