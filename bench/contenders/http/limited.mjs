import { prepare as prepareClaviger } from './claviger.mjs'

const most = 1_000_000_000

/** Claviger's `authenticate()`, and behind it a limit that is never reached: `limit` says whose. Keys are what is counted. */
export async function prepare(count, { limit, url, ...options }) {
  const { tokens, keyring, close } = await prepareClaviger(count, options)
  const { apiKeyAuth } = await import('@claviger/express')
  const auth = apiKeyAuth(keyring)
  const opened = await limits[limit]({ auth, url })
  return {
    tokens,
    express: () => [auth.authenticate(), ...opened.middlewares],
    async close() {
      await opened.close?.()
      await close()
    },
  }
}

const rule = { requests: most, per: '1h' }
const windowMs = 3_600_000
const windowS = 3_600
const keyGenerator = (req) => req.apiKey.id

const limits = {
  none: async () => ({ middlewares: [] }),

  async claviger({ auth }) {
    const { memoryLimiter } = await import('@claviger/limits')
    return { middlewares: [auth.limit({ limiter: memoryLimiter(), by: 'key', rule })] }
  },

  async 'claviger-redis'({ auth, url }) {
    const { redisLimiter } = await import('@claviger/limits')
    const client = await connected(url)
    const limiter = redisLimiter(client)
    return { middlewares: [auth.limit({ limiter, by: 'key', rule })], close: () => client.disconnect() }
  },

  async 'claviger-redis-exact'({ auth, url }) {
    const { redisLimiter } = await import('@claviger/limits')
    const client = await connected(url)
    const limiter = redisLimiter(client, { ahead: 0 })
    return { middlewares: [auth.limit({ limiter, by: 'key', rule })], close: () => client.disconnect() }
  },

  async 'express-rate-limit'() {
    const { rateLimit } = await import('express-rate-limit')
    return { middlewares: [rateLimit({ ...headers, windowMs, limit: most, keyGenerator })] }
  },

  async 'express-rate-limit-redis'({ url }) {
    const { rateLimit } = await import('express-rate-limit')
    const { RedisStore } = await import('rate-limit-redis')
    const client = await connected(url)
    const store = new RedisStore({ sendCommand: (command, ...given) => client.call(command, ...given) })
    return {
      middlewares: [rateLimit({ ...headers, windowMs, limit: most, keyGenerator, store })],
      close: () => client.disconnect(),
    }
  },

  async flexible() {
    const { RateLimiterMemory } = await import('rate-limiter-flexible')
    return { middlewares: [flexible(new RateLimiterMemory({ points: most, duration: windowS }))] }
  },

  async 'flexible-redis'({ url }) {
    const { RateLimiterRedis } = await import('rate-limiter-flexible')
    const client = await connected(url)
    const limiter = new RateLimiterRedis({ storeClient: client, points: most, duration: windowS })
    return { middlewares: [flexible(limiter)], close: () => client.disconnect() }
  },
}

/** The same two headers as Claviger. */
const headers = { standardHeaders: 'draft-8', legacyHeaders: false }

/** As its documentation has it, with the same two headers. */
function flexible(limiter) {
  const policy = `"key";q=${most};w=${windowS}`
  return (req, res, next) => {
    limiter.consume(req.apiKey.id).then(
      ({ remainingPoints, msBeforeNext }) => {
        res.setHeader('RateLimit-Policy', policy)
        res.setHeader('RateLimit', `"key";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1_000)}`)
        next()
      },
      () => res.status(429).end(),
    )
  }
}

async function connected(url) {
  const { Redis } = await import('ioredis')
  return new Redis(url)
}
