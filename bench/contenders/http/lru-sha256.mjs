import { prepare as prepareVerify } from '../verify/lru-sha256.mjs'

/** A keyed one-shot SHA-256, an LRU and `req.apiKey`: no state, no scan for duplicates, no headers. */
export function prepare(count) {
  const { tokens, find: known } = prepareVerify(count)
  const find = (header) => (header === undefined ? undefined : known(header))
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
