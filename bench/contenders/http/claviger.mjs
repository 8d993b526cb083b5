import { issue, makeKeyring, warm, workspaceId } from '../../lib/keyring.mjs'

/** `guards`: every guard, and a header of its own besides `Authorization`. */
export async function prepare(count, { guards = false, hasher, ...options } = {}) {
  const keyring = makeKeyring({ hasher, hashing: { maxQueued: 10_000, maxWaitMs: 60_000 }, ...options })
  const tokens = await issue(keyring, count)
  await warm(keyring, tokens)
  const middlewares = ({ apiKeyAuth }) => {
    const auth = apiKeyAuth(keyring, guards ? { header: 'X-API-Key' } : {})
    if (!guards) return [auth.authenticate()]
    const workspace = auth.workspace(() => workspaceId)
    return [auth.authenticate(), auth.require('prompts:read'), auth.environment('production'), workspace]
  }
  return {
    tokens,
    keyring,
    express: async () => middlewares(await import('@claviger/express')),
    koa: async () => middlewares(await import('@claviger/koa')),
    close: () => keyring.close(),
  }
}
