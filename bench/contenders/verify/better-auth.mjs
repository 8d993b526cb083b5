import { makeBetterAuth } from '../../lib/better-auth.mjs'

/** Its API-key plugin with what its documentation names for speed: secondary storage, here a Map in the process. */
export async function prepare(count, { storage = 'secondary-storage' } = {}) {
  const { tokens, verify } = await makeBetterAuth(count, storage)
  return { tokens, isAsync: true, verify: (header) => verify(header.slice(7)) }
}
