import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { randomTokens } from '../../lib/tokens.mjs'

/**
 * What a careful developer writes by hand with the same duties: one credential in the headers as they were sent, a keyed
 * SHA-256 and an LRU, the key on the request, `Vary`, and a use counted when the response closes. No grammar, no state,
 * no revocation from elsewhere, no guards.
 */
export function prepare(count) {
  const secret = randomBytes(16).toString('base64url')
  const digest = (header) => hash('sha256', secret + header, 'binary')
  const tokens = randomTokens(count)
  const known = new LRUCache({ max: Math.max(count, 10_000) })
  for (const token of tokens) known.set(digest(`Bearer ${token}`), { id: token.slice(0, 16) })
  const uses = new Map()
  const find = (rawHeaders) => {
    const header = onlyAuthorization(rawHeaders)
    return header === undefined ? undefined : known.get(digest(header))
  }
  const noteUse = (apiKey, status) => {
    const use = uses.get(apiKey.id) ?? { requests: 0, errors: 0, lastAt: 0 }
    use.requests += 1
    if (status >= 400) use.errors += 1
    use.lastAt = Date.now()
    uses.set(apiKey.id, use)
  }
  return {
    tokens,
    express: () => [
      (req, res, next) => {
        const apiKey = find(req.rawHeaders)
        res.setHeader('Vary', 'Authorization')
        if (apiKey === undefined) return void res.status(401).json({ code: 'invalid_key' })
        req.apiKey = apiKey
        res.on('close', () => noteUse(apiKey, res.statusCode))
        next()
      },
    ],
    koa: () => [
      (ctx, next) => {
        const apiKey = find(ctx.req.rawHeaders)
        ctx.set('Vary', 'Authorization')
        if (apiKey === undefined) return void (ctx.status = 401)
        ctx.state.apiKey = apiKey
        ctx.res.on('close', () => noteUse(apiKey, ctx.res.statusCode))
        return next()
      },
    ],
  }
}

function onlyAuthorization(rawHeaders) {
  let found
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index].toLowerCase() !== 'authorization') continue
    if (found !== undefined) return undefined
    found = rawHeaders[index + 1]
  }
  return found
}
