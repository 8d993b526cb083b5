import { ConfigurationError } from '@claviger/core'
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Backend } from './backend.types.ts'
import { countOf, unbounded, wholeSeconds } from './counting.ts'
import { readSharedOptions, type SharedLimiterOptions } from './shared-options.ts'
import { createSharedLimiter, type SharedLimiter } from './shared-limiter.ts'

/** A client of ioredis 5 or 6, or of node-redis 5 or 6; of a cluster, too. */
export interface RedisClient {
  multi(): unknown
}

/**
 * Counts in Redis, so that all processes share each limit. Accepted is never more than the limit while Redis keeps its data; a
 * busy counter is leased in lots, so most requests make no round trip. When Redis fails or hangs, limits are decided in memory.
 *
 * @example
 * const limiter = redisLimiter(new Redis())
 * app.use('/v1', auth.limit({ limiter, by: 'key', rule: { requests: 600, per: '1m' } }))
 *
 * @param client yours, connected by you; nothing of it is closed
 * @throws {ConfigurationError} for something else than a client, or a wrong option
 */
export function redisLimiter(client: RedisClient, options?: SharedLimiterOptions): SharedLimiter {
  const settings = readSharedOptions('redisLimiter', options)
  return createSharedLimiter(redisBackend(client, settings.prefix), settings)
}

/** What is looked at of a client, to tell which library it is of. */
interface ClientShape {
  /** ioredis. */
  readonly defineCommand?: unknown
  readonly status?: unknown
  /** node-redis. */
  readonly sendCommand?: unknown
  readonly eval?: unknown
  readonly isReady?: unknown
}

/** ioredis says these while it has no connection, and would queue what it is asked. */
const apart = new Set<unknown>(['close', 'reconnecting', 'end'])

function redisBackend(client: RedisClient, prefix: string): Backend {
  const shape = Object(client) as ClientShape
  const isIoredis = typeof shape.defineCommand === 'function'
  if (!isIoredis && !(typeof shape.sendCommand === 'function' && typeof shape.eval === 'function')) {
    throw new ConfigurationError(
      'client',
      'Expected a client of ioredis (new Redis()) or node-redis (createClient()). A URL or options are no client: make one.',
    )
  }
  const limiter = new RateLimiterRedis({
    ...unbounded,
    storeClient: client,
    keyPrefix: prefix,
    useRedisPackage: !isIoredis,
  })
  const requireConnection = (): void => {
    if (apart.has(shape.status) || shape.isReady === false) throw new Error('Redis is not connected')
  }
  return {
    async add(counter, points, windowMs) {
      requireConnection()
      return countOf(await limiter.consume(counter, points, { customDuration: wholeSeconds(windowMs) }))
    },
    async read(counter) {
      requireConnection()
      const found: RateLimiterRes | null = await limiter.get(counter)
      return found === null ? undefined : countOf(found)
    },
  }
}
