import type { LockedRecord, LockTarget } from '@claviger/core/store'
import { faultProxy, serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, updateKey } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisStore, redisStore } from '../../src/index.ts'
import { commitScript } from '../../src/scripts/commit.ts'
import { freshNamespace, namesIn, rejection, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const record = testRecord()
const target: LockTarget = { type: 'key', id: record.id }
const acting = testRecord({ id: testKeyId(7) })

/** Revokes whatever is stored. */
const revoking = ([found]: readonly LockedRecord[]) =>
  testChange({ writes: [updateKey(found as typeof record, { revokedAt: start })] })

redis.describe('claims', () => {
  let namespace: string
  let client: Redis
  let near: Redis
  let store: RedisStore
  let queue: string
  /** Puts a claim of someone else there, as a process does that stands still afterwards. */
  const claim = (rank: number, forMs: number): Promise<unknown> =>
    near.set(queue, `another ${rank} ${Date.now() + forMs}\n`, 'PX', forMs)

  beforeEach(async () => {
    namespace = freshNamespace()
    client = new Redis(redis.server().url)
    near = new Redis(redis.server().url)
    store = redisStore(client, { namespace, commandTimeoutMs: 1_000 })
    const names = keyNames(namespace)
    queue = names.claims(names.key(record.id))
    await store.commit(testChange({ writes: [insertKey(record), insertKey(acting)] }))
  })
  afterEach(async () => {
    await store.close()
    client.disconnect()
    near.disconnect()
  })

  test('hold commits of others up until they end, and leave nothing behind', async () => {
    const from = performance.now()
    await claim(1, 300)
    expect(await store.commit(testChange({ writes: [updateKey(record)] }))).toMatchObject({ ok: true })
    expect(performance.now() - from).toBeGreaterThan(200)
    expect(await namesIn(client, namespace)).not.toContain(queue)
  })

  test('hold silent commits up as well', async () => {
    const from = performance.now()
    await claim(1, 300)
    const write = { type: 'key', record: { ...record, description: 'x' }, expectedRevision: 1 } as const
    expect(await store.commit(testChange({ writes: [write], silent: true }))).toMatchObject({ ok: true })
    expect(performance.now() - from).toBeGreaterThan(200)
  })

  test('that last longer than a call may take make it fail, and nothing is written', async () => {
    await claim(1, 5_000)
    expect(await rejection(store.commit(testChange({ writes: [updateKey(record)] })))).toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
    })
    expect((await store.find([record.id])).get(record.id)).toEqual(record)
  })

  test('of a revocation go before all others, also before one that has been granted', async () => {
    await claim(1, 5_000)
    const from = performance.now()
    expect(await store.commitLocked([target], revoking, 'revocation')).toMatchObject({ ok: true })
    expect(performance.now() - from).toBeLessThan(4_000)
    // Who held the claim has lost its turn, and nothing else.
    expect(await near.get(queue)).toMatch(/^another 1 /)
  })

  test('of one urgency take turns: a withdrawal waits for the one before', async () => {
    const from = performance.now()
    await claim(1, 300)
    expect(await store.commitLocked([target], revoking, 'withdrawal')).toMatchObject({ ok: true })
    expect(performance.now() - from).toBeGreaterThan(200)
  })

  test('of others are no reason to fail for a hundred withdrawals at once', async () => {
    const patient = redisStore(near, { namespace, commandTimeoutMs: 10_000 })
    const results = await Promise.all(
      Array.from({ length: 100 }, () =>
        patient.commitLocked(
          [target],
          ([found]) => testChange({ writes: [updateKey(found as typeof record)] }),
          'withdrawal',
        ),
      ),
    )
    expect(results.every((result) => result?.ok === true)).toBe(true)
    expect((await patient.find([record.id])).get(record.id)).toMatchObject({ revision: 101 })
    expect(await namesIn(client, namespace)).not.toContain(queue)
  })

  /** The store, with something done once between a claim and the commit that goes by it. */
  const interrupted = (between: () => Promise<unknown>): RedisStore => {
    let isDone = false
    const call = async (command: string, ...args: (string | number)[]): Promise<unknown> => {
      if (args[0] === commitScript.sha && !isDone) {
        isDone = true
        await between()
      }
      return client.call(command, ...args)
    }
    return redisStore({ call, duplicate: () => client.duplicate() }, { namespace, subscriber: false })
  }

  test('that have run out hold nothing: what was decided over another record is not written', async () => {
    const slow = interrupted(async () => {
      await near.del(queue)
      await redisStore(near, { namespace }).commit(testChange({ writes: [updateKey(record, { name: 'First' })] }))
    })
    const result = await slow.commitLocked(
      [target],
      ([found]) => testChange({ writes: [updateKey(found as typeof record, { description: 'Second' })] }),
      'withdrawal',
    )
    expect(result).toMatchObject({ ok: true })
    expect((await store.find([record.id])).get(record.id)).toMatchObject({
      name: 'First',
      description: 'Second',
      revision: 3,
    })
  })

  test('cover what is locked and not written: a change does not go by a record that has changed since', async () => {
    const names = keyNames(namespace)
    const slow = interrupted(async () => {
      await near.del(queue, names.claims(names.key(acting.id)))
      await redisStore(near, { namespace }).commit(testChange({ writes: [updateKey(acting, { revokedAt: start })] }))
    })
    const seen: unknown[] = []
    await slow.commitLocked(
      [target, { type: 'key', id: acting.id }],
      ([found, actor]) => {
        const { revokedAt } = actor as typeof record
        seen.push(revokedAt)
        return revokedAt === null
          ? testChange({ writes: [updateKey(found as typeof record, { name: 'Too late' })] })
          : undefined
      },
      'ordinary',
    )
    expect(seen).toEqual([null, start])
    expect((await store.find([record.id])).get(record.id)).toEqual(record)
  })

  test('of a process that is gone end within a second', async () => {
    const proxy = await faultProxy(redis.server())
    const far = new Redis(proxy.url)
    const gone = redisStore(far, { namespace, commandTimeoutMs: 1_000 })
    await gone.find([record.id])
    const waiting = gone
      .commitLocked(
        [target],
        () => {
          // It is told that it may write, and then its line is cut.
          void proxy.hold()
          return testChange({ writes: [updateKey(record)] })
        },
        'revocation',
      )
      .catch((error: unknown) => error)
    await expect.poll(() => near.exists(queue)).toBe(1)
    const from = performance.now()
    const patient = redisStore(near, { namespace, commandTimeoutMs: 3_000 })
    expect(await patient.commitLocked([target], revoking, 'revocation')).toMatchObject({ ok: true })
    expect(performance.now() - from).toBeLessThan(1_500)
    await waiting
    far.disconnect()
    await proxy.close()
  })
})
