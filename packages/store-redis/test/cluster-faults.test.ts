import { UnavailableError } from '@claviger/core/store'
import { serverOrSkip, startRedisCluster, type TestServer } from '@claviger/test-servers'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { Cluster, Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RedisStore, redisStore } from '../src/index.ts'
import { freshNamespace, rejection } from './support/fixtures.ts'

const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)
const record = testRecord()

cluster.describe('a cluster that loses a master', () => {
  let client: Cluster
  let store: RedisStore

  beforeEach(() => {
    client = new Cluster([...cluster.server().urls])
    client.on('error', () => {})
    store = redisStore(client, { namespace: freshNamespace(), commandTimeoutMs: 500, busPingMs: 50 })
  })
  afterEach(async () => {
    await store.close()
    client.disconnect()
  })

  async function nodeWhere(holds: (node: Redis) => Promise<boolean>): Promise<TestServer> {
    for (const server of cluster.server().nodes) {
      const node = new Redis(server.url)
      const found = await holds(node)
      node.disconnect()
      if (found) return server
    }
    throw new Error('no node is the one')
  }

  async function settled(): Promise<void> {
    const works = async (): Promise<boolean> =>
      store.commit(testChange()).then(
        ({ ok }) => ok,
        () => false,
      )
    await expect.poll(works, { timeout: 20_000 }).toBe(true)
  }

  test('rejects in time while its slot is gone, and has kept what was committed when it is back', async () => {
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const master = await nodeWhere(async (node) => String(await node.call('KEYS', '*')).includes(`key:${record.id}`))
    await master.kill()
    expect(await rejection(store.find([record.id]))).toBeInstanceOf(UnavailableError)
    expect(await rejection(store.commit(testChange()))).toBeInstanceOf(UnavailableError)
    await master.restart()
    await settled()
    expect((await store.find([record.id])).size).toBe(1)
  })

  test('learns about changes again from another node, or the same', async () => {
    await store.poll(null)
    const told: unknown[] = []
    await store.subscribe?.({
      message: (message) => told.push(message),
      down: () => told.push('down'),
      up: () => told.push('up'),
    })
    const node = await nodeWhere(async (one) => / sub=1 /.test(String(await one.call('CLIENT', 'LIST'))))
    await node.kill()
    await expect.poll(() => told, { timeout: 10_000 }).toContain('down')
    await node.restart()
    await expect.poll(() => told, { timeout: 10_000 }).toContain('up')
    await settled()
    await expect.poll(() => told.at(-1), { timeout: 10_000 }).toMatchObject({ announcements: [] })
  })
})
