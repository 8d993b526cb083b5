import { type CallerEntry, dayMs } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { testKeyId } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisStore, redisStore } from '../../src/index.ts'
import { freshNamespace, namesIn, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const key = { workspaceId: 'ws_acme', keyId: testKeyId(1) }
const caller: CallerEntry = { ...key, version: 1, network: '10.2.0.0/16', agent: 'node', lastUsedAt: start }

redis.describe('callers', () => {
  let namespace: string
  let client: Redis
  let store: RedisStore

  beforeEach(() => {
    namespace = freshNamespace()
    client = new Redis(redis.server().url)
    store = redisStore(client, { namespace, subscriber: false })
  })
  afterEach(() => client.disconnect())

  test('are read past members that cannot be read, and those go with the purge', async () => {
    const slot = keyNames(namespace).usageShard('ws_acme')
    const set = slot.callers(key.workspaceId, key.keyId)
    await store.addCallers([caller])
    const garbage = ['garbage', 'null', '7', '{}', '[]', '[1]', '["1",null,null]', '[1,7,null]', '[1,null,"\n"]']
    for (const member of garbage) await client.zadd(set, -start, member)
    await client.zadd(set, 5, '[1,null,null]')
    await client.zadd(set, '-inf', '[2,null,null]')
    await client.zadd(set, -start - 0.5, '[3,null,null]')
    await client.zadd(slot.callersByAge, 1, 'garbage', 2, '[]', 3, '["ws_acme"]', 4, '["nowhere","nothing"]')
    expect(await store.callers(key)).toEqual([caller])
    while ((await store.purge({ usageBefore: start + dayMs })) === 'more');
    expect(await client.zrange(slot.callersByAge, '0', '-1')).toEqual(['["ws_acme","' + key.keyId + '"]'])
    expect(await client.zrange(set, '0', '-1')).toEqual(['[2,null,null]'])
  })

  test('say in Redis when the oldest of a key was there, also when it had to go', async () => {
    const slot = keyNames(namespace).usageShard('ws_acme')
    const oldest = async (): Promise<number> =>
      Number((await client.zrange(slot.callersByAge, '0', '-1', 'WITHSCORES'))[1])
    await store.addCallers([caller])
    expect(await oldest()).toBe(start)
    await store.addCallers([{ ...caller, agent: 'curl', lastUsedAt: start - 5 }])
    expect(await oldest()).toBe(start - 5)
    const many = Array.from({ length: 49 }, (_, index) => ({
      ...caller,
      version: 2 + index,
      lastUsedAt: start + 1 + index,
    }))
    await store.addCallers(many)
    expect(await oldest()).toBe(start)
    await store.addCallers([{ ...caller, lastUsedAt: start + 3 }])
    expect(await oldest()).toBe(start + 1)
  })

  test('of 1 000 keys are stored by scripts of 100 callers at most', async () => {
    const sizes: number[] = []
    const watching = new Proxy(client, {
      get(target, name) {
        if (name !== 'call') return Reflect.get(target, name, target) as unknown
        return async (command: string, ...args: (string | number)[]) => {
          if (command === 'EVALSHA') sizes.push(args.filter((arg) => arg === -start).length)
          return target.call(command, ...args)
        }
      },
    })
    const entries = Array.from({ length: 1_000 }, (_, index) => ({ ...caller, keyId: testKeyId(index) }))
    await redisStore(watching, { namespace, subscriber: false }).addCallers(entries)
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 100))
    expect((await namesIn(client, namespace)).length).toBe(1_001)
  })

  test('are not written where the name of their index is taken, and the call fails', async () => {
    const slot = keyNames(namespace).usageShard('ws_acme')
    await client.set(slot.callersByAge, 'taken')
    await expect(store.addCallers([caller])).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    expect(await namesIn(client, namespace)).toEqual([slot.callersByAge])
  })
})
