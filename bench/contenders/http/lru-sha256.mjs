import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { randomTokens } from '../../lib/tokens.mjs'

/** A keyed one-shot SHA-256, an LRU and `req.apiKey`: no state, no scan for duplicates, no headers. */
export function prepare(count) {
  const key = randomBytes(16).toString('base64url')
  const digest = (header) => hash('sha256', key + header, 'binary')
  const tokens = randomTokens(count)
  const known = new LRUCache({ max: Math.max(count, 10_000) })
  for (const token of tokens) known.set(digest(`Bearer ${token}`), { id: token.slice(0, 16) })
  const find = (header) => (header === undefined ? undefined : known.get(digest(header)))
  return {
    tokens,
    express: () => [
      (req, res, next) => {
        const apiKey = find(req.headers.authorization)
        if (apiKey === undefined) return void res.status(401).json({ code: 'invalid_key' })
        req.apiKey = apiKey
        next()
      },
    ],
    koa: () => [
      (ctx, next) => {
        const apiKey = find(ctx.headers.authorization)
        if (apiKey === undefined) return void (ctx.status = 401)
        ctx.state.apiKey = apiKey
        return next()
      },
    ],
  }
}
