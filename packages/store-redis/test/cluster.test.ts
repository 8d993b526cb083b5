import { serverOrSkip, startRedisCluster } from '@claviger/test-servers'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { Cluster } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'
import { redisContract } from './support/contract.ts'
import { freshNamespace } from './support/fixtures.ts'

const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)

const urls = (): readonly string[] => cluster.server().urls

cluster.describe('on a cluster of three masters', () => {
  redisContract('Redis Cluster through ioredis 6', () => new Cluster([...urls()]), urls)
  redisContract('Redis Cluster through ioredis 5', () => new Cluster5([...urls()]), urls)

  test('migrate finds keys that are in no index of reminders, on every server', async () => {
    const client = new Cluster([...urls()])
    for (const namespace of [freshNamespace(), freshNamespace(), freshNamespace()]) {
      const store = redisStore(client, { namespace, subscriber: false })
      await store.commit(testChange({ writes: [insertKey(testRecord())] }))
      await client.del(`{${namespace}}:reminders:unused`)
      expect(await store.migrate()).toEqual(['reminders: 1 places'])
      expect(await store.migrate()).toEqual([])
    }
    client.disconnect()
  })
})
