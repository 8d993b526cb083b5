import { serverOrSkip, startMariadb, startPostgres, startRedis } from '@claviger/test-servers'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import mysql from 'mysql2'
import mysqlPromise from 'mysql2/promise'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { afterEach, expect, test } from 'vitest'
import { type RedisClient, redisLimiter, type SharedLimiter, sqlLimiter } from '../src/index.ts'
import { limitOf } from './limits.ts'

const redis = await serverOrSkip('Redis', startRedis)
const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const mariadb = await serverOrSkip('MariaDB', startMariadb)

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

let prefixes = 0
/** Counters of one test are no other's. */
const nextPrefix = (): string => `test-${(prefixes += 1)}`

/** What every limiter on a server does, from two processes' point of view. */
function behaves(name: string, open: (prefix: string) => Promise<readonly [SharedLimiter, SharedLimiter]>): void {
  test(`${name}: two limiters share a limit, and accept never more than it allows`, async () => {
    const both = await open(nextPrefix())
    const limit = limitOf(50, '1h')
    const results = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => both[index % 2 === 0 ? 0 : 1].consume('a', 1, limit, 'ws')),
    )
    const accepted = results.filter(({ isAllowed }) => isAllowed).length
    expect(accepted).toBeLessThanOrEqual(50)
    expect(accepted).toBeGreaterThanOrEqual(45)
    const refused = results.find(({ isAllowed }) => !isAllowed)
    expect(refused?.resetMs).toBeGreaterThan(3_500_000)
    expect(refused?.resetMs).toBeLessThanOrEqual(3_600_000)
  })

  test(`${name}: counters that differ in case or in a space at the end only are two`, async () => {
    const [limiter] = await open(nextPrefix())
    for (const counter of ['acme:ws_A', 'acme:ws_a', 'acme:ws_a ', '\u00e4A', '\u00e4a']) {
      expect(await limiter.consume(counter, 1, limitOf(3, '1m'), counter)).toMatchObject({ remaining: 2 })
    }
  })

  test(`${name}: the state of a counter, of a quota of the month, and of a name of any length`, async () => {
    const [limiter] = await open(nextPrefix())
    const quota = limitOf(1_000, 'month')
    expect(await limiter.peek('q', quota, 'ws')).toEqual({ isAllowed: true, remaining: 1_000, resetMs: 0 })
    await limiter.consume('q', 7, quota, 'ws')
    const { remaining, resetMs } = await limiter.peek('q', quota, 'ws')
    expect(remaining).toBe(993)
    expect(resetMs).toBeGreaterThan(0)
    expect(resetMs).toBeLessThanOrEqual(31 * 86_400_000 + 1_000)
    const long = `${'\u00e4'.repeat(300)} owner`
    for (const left of [2, 1])
      expect(await limiter.consume(long, 1, limitOf(3, '1m'), 'ws')).toMatchObject({ remaining: left })
  })
}

redis.describe('redisLimiter', () => {
  const ioredis = (connect: () => RedisClient & { disconnect(): void }) => async (prefix: string) => {
    const clients = [connect(), connect()] as const
    ends.push(() => clients.forEach((client) => client.disconnect()))
    return [redisLimiter(clients[0], { prefix }), redisLimiter(clients[1], { prefix })] as const
  }
  behaves(
    'ioredis 6',
    ioredis(() => new Redis(redis.server().url)),
  )
  behaves(
    'ioredis 5',
    ioredis(() => new Redis5(redis.server().url)),
  )
  behaves('node-redis 6', async (prefix) => {
    const clients = await Promise.all([1, 2].map(() => createClient({ url: redis.server().url }).connect()))
    ends.push(() => clients.forEach((client) => client.destroy()))
    const [one, other] = clients as unknown as readonly [RedisClient, RedisClient]
    return [redisLimiter(one, { prefix }), redisLimiter(other, { prefix })]
  })
  behaves('node-redis 5', async (prefix) => {
    const clients = await Promise.all([1, 2].map(() => createClient5({ url: redis.server().url }).connect()))
    ends.push(() => clients.forEach((client) => client.destroy()))
    const [one, other] = clients as unknown as readonly [RedisClient, RedisClient]
    return [redisLimiter(one, { prefix }), redisLimiter(other, { prefix })]
  })

  test('a client without a connection is no reason to wait', async () => {
    const client = new Redis('redis://127.0.0.1:1', { retryStrategy: () => 10, lazyConnect: false })
    client.on('error', () => {})
    ends.push(() => client.disconnect())
    const limiter = redisLimiter(client, { prefix: nextPrefix() })
    const results = await Promise.all([1, 2, 3].map(async () => limiter.consume('a', 1, limitOf(2, '1m'), 'ws')))
    expect(results.map(({ isAllowed }) => isAllowed)).toEqual([true, true, false])
  })

  test.each([[undefined], ['redis://localhost'], [{ host: 'localhost' }], [new Map()]])(
    'refuses %j for a client',
    (client) => {
      expect(() => redisLimiter(client as never)).toThrow(/Expected a client/)
    },
  )
})

postgres.describe('sqlLimiter on PostgreSQL', () => {
  behaves('pg', async (prefix) => {
    const pool = new Pool({ connectionString: postgres.server().url })
    ends.push(() => pool.end())
    return [sqlLimiter(pool, { prefix }), sqlLimiter(pool, { prefix })]
  })
})

mariadb.describe('sqlLimiter on MariaDB', () => {
  behaves('mysql2', async (prefix) => {
    const pool = mysql.createPool(mariadb.server().url)
    ends.push(() => pool.promise().end())
    return [sqlLimiter(pool, { prefix }), sqlLimiter(pool, { prefix })]
  })
  behaves('mysql2/promise', async (prefix) => {
    const pool = mysqlPromise.createPool(mariadb.server().url)
    ends.push(() => pool.end())
    return [sqlLimiter(pool, { prefix }), sqlLimiter(pool, { prefix })]
  })
})

test('sqlLimiter refuses what is no pool', () => {
  for (const pool of [undefined, {}, 'postgres://localhost', new Map()]) {
    expect(() => sqlLimiter(pool as never)).toThrow(/Expected a pool/)
  }
})
