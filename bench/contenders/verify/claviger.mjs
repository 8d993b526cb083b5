import { doorOf } from '@claviger/core/http'
import { openStore } from '../../lib/stores.mjs'
import { issue, makeKeyring, warm } from '../../lib/keyring.mjs'

/** The whole of it: every state is checked, revocation is followed. */
export async function prepare(count, { store, hasher, url } = {}) {
  const opened = await openStore(store ?? 'memory', url)
  const keyring = makeKeyring({
    hasher,
    store: opened.store,
    cache: { maxEntries: Math.max(count, 10_000) },
    hashing: { maxQueued: 10_000, maxWaitMs: 60_000 },
    // Longer than any run: what is measured is a hit.
    recordAgeMs: 3_600_000,
  })
  await keyring.ready()
  const tokens = await issue(keyring, count)
  await warm(keyring, tokens)
  const { check } = doorOf(keyring)
  return {
    tokens,
    verify: (header) => check('bearer', header).ok === true,
    async close() {
      await keyring.close()
      await opened.close()
    },
  }
}
