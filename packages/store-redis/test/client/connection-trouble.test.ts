import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../../src/index.ts'

const redis = await serverOrSkip('Redis', startRedis)

describe('ready(), where there is no connection', () => {
  test.each([
    ['as the client is by default', {}],
    ['with a client that queues nothing', { enableOfflineQueue: false, maxRetriesPerRequest: 0 }],
    ['with one that gives up soon', { maxRetriesPerRequest: 1 }],
  ])('says that nothing listens, %s', async (_, options) => {
    const url = 'redis://127.0.0.1:1'
    for (const make of [() => new Redis(url, options), () => new Redis5(url, options)]) {
      const client = make()
      client.on('error', () => undefined)
      try {
        await expect(redisStore(client, { commandTimeoutMs: 300 }).ready()).rejects.toMatchObject({
          code: 'ERR_CLAVIGER_UNAVAILABLE',
          message: expect.stringMatching(/ECONNREFUSED 127\.0\.0\.1:1\. Nothing listens there/),
        })
      } finally {
        client.disconnect()
      }
    }
  })

  test('says that none of the servers of a cluster answers', async () => {
    const client = new Cluster(['redis://127.0.0.1:1'])
    client.on('error', () => undefined)
    try {
      await expect(redisStore(client, { commandTimeoutMs: 300 }).ready()).rejects.toMatchObject({
        message: expect.stringContaining('reaches none of the servers'),
      })
    } finally {
      client.disconnect()
    }
  })
})

redis.describe('ready(), on a server that lets no one in', () => {
  test('says that user or password are wrong', async () => {
    const client = new Redis(redis.server().url.replace('://', '://nobody:hunter2@'), { enableReadyCheck: true })
    client.on('error', () => undefined)
    try {
      const error = await redisStore(client, { commandTimeoutMs: 500 })
        .ready()
        .catch((reason: unknown) => reason)
      expect(error).toMatchObject({ message: expect.stringContaining('User or password are wrong') })
      expect(String(error)).not.toContain('hunter2')
    } finally {
      client.disconnect()
    }
  })

  test('says that the client has to connect first', async () => {
    const client = new Redis(redis.server().url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    try {
      await expect(redisStore(client).ready()).rejects.toMatchObject({
        message: expect.stringContaining('Wait for its event "ready" first'),
      })
    } finally {
      client.disconnect()
    }
  })
})
