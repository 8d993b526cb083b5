import { memoryStore } from '@claviger/store-memory'
import { issue, makeKeyring } from './keyring.mjs'

const perCommit = 16

/** Puts keys into a store, many at a time; gives their tokens. */
export async function fillWithKeys(store, count, hasher) {
  const memory = memoryStore()
  const keyring = makeKeyring({ hasher, store: memory, hashing: { maxQueued: 10_000, maxWaitMs: 60_000 } })
  const tokens = await issue(keyring, count)
  for (let start = 0; start < count; start += perCommit) {
    const found = await memory.find(tokens.slice(start, start + perCommit).map(idOf))
    await insert(store, [...found.values()])
  }
  await keyring.close()
  return tokens
}

/** The id in a token. */
export function idOf(token) {
  return token.split('_')[2].slice(0, 16)
}

/** Inserts records in one commit. */
export async function insert(store, records) {
  const result = await store.commit({
    writes: records.map((record) => ({ type: 'key', record, expectedRevision: 0 })),
    activity: [],
    announcements: [],
    nonce: `fill ${records[0].id}`,
    at: Date.now(),
    silent: false,
  })
  if (!result.ok) throw new Error(`The store refused the fill: ${result.reason}`)
}
