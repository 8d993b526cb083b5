import { issue, makeKeyring, warm } from '../../lib/keyring.mjs'

/** The call for WebSockets and queues: a promise, and the use is counted at once. */
export async function prepare(count, { usage } = {}) {
  const keyring = makeKeyring({
    cache: { maxEntries: Math.max(count, 10_000) },
    recordAgeMs: 3_600_000,
    ...(usage !== undefined && { usage }),
  })
  const tokens = await issue(keyring, count)
  await warm(keyring, tokens, 'direct')
  return {
    tokens,
    isAsync: true,
    verify: async (header) => (await keyring.verify(header.slice(7))).ok,
    close: () => keyring.close(),
  }
}
