import { randomBytes } from 'node:crypto'
import { systemActor } from '@claviger/core'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { createNodeKeyring } from '../src/keyring.ts'
import { startPrivateRedis } from '../src/private-redis.ts'
import { canStartRedis } from './redis-installed.ts'

describe.skipIf(!canStartRedis)('with redis-server on the PATH', () => {
  test('a node that is told to end has counted every request it answered', async () => {
    // As built: a node is a process of its own, without the flags of this one.
    process.execArgv.splice(0)
    const built: string = '../dist/nodes.js'
    const { startNode }: typeof import('../src/nodes.ts') = await import(built)
    const own = await startPrivateRedis()
    if (own === undefined) throw new Error('Redis did not start')
    const pepper = randomBytes(32).toString('base64url')
    const redis = new Redis(own.url)
    const keyring = createNodeKeyring(redis, pepper)
    try {
      let answered = 0
      for (const framework of ['express', 'koa'] as const) {
        const node = await startNode(framework, { framework, redisUrl: own.url, pepper })
        const [key] = await node.create(1)
        for (let request = 0; request < 25; request += 1) {
          expect(await node.request(key?.token ?? '')).toBeGreaterThan(0)
          answered += 1
        }
        await node.stop()
      }
      const { totals, activeKeys } = await keyring.as(systemActor('acme')).workspaceUsage()
      expect([totals.requests, totals.allowed, activeKeys]).toEqual([answered, answered, 2])
    } finally {
      await keyring.close()
      redis.disconnect()
      await own.stop()
    }
  })
})
