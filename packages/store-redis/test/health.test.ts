import { createKeyring, definePermissions, hmacSha256, type Keyring } from '@claviger/core'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'
import { freshNamespace } from './support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const leaseMs = 1_000

redis.describe('health, on a real server', () => {
  let keyring: Keyring
  let client: Redis

  beforeEach(async () => {
    client = new Redis(redis.server().url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    client.on('error', () => undefined)
    await expect.poll(() => client.status).toBe('ready')
    keyring = createKeyring({
      prefix: 'acme',
      store: redisStore(client, { namespace: freshNamespace(), commandTimeoutMs: 300 }),
      permissions: definePermissions({ prompts: ['read'] }),
      owners: 'unbounded',
      hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
      pollMs: 100,
      leaseMs,
      storeTimeoutMs: 300,
      onError: () => undefined,
    })
    await keyring.ready()
    expect(keyring.health()).toMatchObject({ ok: true, lease: 'alive', store: 'up', bus: 'up' })
  })
  afterEach(async () => {
    await keyring.close()
    client.disconnect()
  })

  const shows = async (health: object): Promise<number> => {
    const from = performance.now()
    await expect.poll(() => keyring.health(), { timeout: 10_000, interval: 20 }).toMatchObject(health)
    return performance.now() - from
  }

  test('a server that is killed shows within the lease time, and when it is back', async () => {
    await redis.server().kill()
    await shows({ store: 'down', bus: 'down' })
    // The lease, and what a busy machine takes.
    expect(await shows({ ok: false, lease: 'lost' })).toBeLessThan(leaseMs + 1_000)
    await redis.server().restart()
    await shows({ ok: true, lease: 'alive', store: 'up' })
  })

  test('a server that becomes a replica shows within the lease time, with what to do', async () => {
    const admin = new Redis(redis.server().url)
    try {
      await admin.call('REPLICAOF', '127.0.0.1', '1')
      const tookMs = await shows({ ok: false, lease: 'lost', store: 'down' })
      expect(tookMs).toBeLessThan(leaseMs + 1_000)
      // The client connects again and again meanwhile, in search of the primary: some polls meet no connection.
      await shows({
        ok: false,
        lastError: { during: 'poll', message: expect.stringContaining('Connect to the primary') },
      })
      await admin.call('REPLICAOF', 'NO', 'ONE')
      await shows({ ok: true })
    } finally {
      await admin.call('REPLICAOF', 'NO', 'ONE')
      admin.disconnect()
    }
  })
})
