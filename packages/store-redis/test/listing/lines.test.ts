import type { Activity } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { testChange } from '@claviger/testing'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redisStore } from '../../src/index.ts'
import { keyNames } from '../../src/names.ts'
import { freshNamespace } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)

redis.describe('the log of all workspaces', () => {
  test('pages whose lines are gone go on to those behind them', async () => {
    const namespace = freshNamespace()
    const client = new Redis(redis.server().url)
    const store = redisStore(client, { namespace, subscriber: false })
    const lineOf = (number: number): Activity => ({
      id: `line-${number}`,
      workspaceId: number === 5 ? 'ws_globex' : 'ws_acme',
      at: number,
      actor: { type: 'user', id: 'ada' },
      action: 'key.created',
      target: { type: 'key', id: 'k' },
      before: null,
      after: null,
      origin: null,
    })
    await store.commit(testChange({ activity: [1, 2, 3, 4, 5].map(lineOf) }))
    await client.del(keyNames(namespace).activity('ws_acme'))
    const pages: [ids: string[], through: number][] = []
    for (let position = 0; position < 5; ) {
      const { items, through, last } = await store.activityAfter(position, 2)
      expect([last, through > position]).toEqual([5, true])
      pages.push([items.map(({ entry }) => entry.id), through])
      position = through
    }
    expect(pages).toEqual([
      [[], 2],
      [[], 4],
      [['line-5'], 5],
    ])
    client.disconnect()
  })
})
