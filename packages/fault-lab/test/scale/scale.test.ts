import { createKeyring, definePermissions } from '@claviger/core'
import type { KeyQuery, KeyStore } from '@claviger/core/store'
import { serverOrSkip } from '@claviger/test-servers'
import { testKeyId } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenStore, openStore } from '../../src/stores.ts'
import { percentile } from '../measure.ts'
import { delay } from '../worker.ts'
import { isWanted, places } from './places.ts'
import { firstDay, populate, requestsOf, workspaceId } from './population.ts'
import { shown, waitsDuring } from './waits.ts'

/*
 * Management of a large workspace must not hold up verification. `FAULT_LAB_SCALE=full` is 100 000 keys that were used
 * on each of 90 days, and 1 000 000 lines of the log; the default is a small part of it. `FAULT_LAB_ON=redis` tries one
 * store only.
 */
const isFull = process.env.FAULT_LAB_SCALE === 'full'
const size = isFull ? { keys: 100_000, days: 90, lines: 1_000_000 } : { keys: 5_000, days: 12, lines: 20_000 }
const dayMs = 86_400_000
const range = { workspaceId, from: firstDay, to: firstDay + size.days * dayMs }
const callersMs = isFull ? 10_000 : 1_000
const report = (line: string): void => void process.stdout.write(`${line}\n`)

for (const database of places.filter(isWanted)) {
  const suite = await serverOrSkip(database.name, database.start)
  suite.describe(`a workspace of ${size.keys} keys on ${database.name}`, () => {
    let open: OpenStore
    let store: KeyStore

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      open = openStore({ kind: database.kind, url })
      store = open.store
      await store.ready?.().catch(() => {})
      if (database.kind === 'redis') await countOnceADay(store)
      await populate({ kind: database.kind, url }, size)
      if (database.kind === 'redis') await watchSlowCommands(url)
    }, 1_800_000)
    afterAll(async () => {
      if (database.kind === 'redis')
        report(`Redis, commands of 5 ms and more: ${await slowCommands(suite.server().url)}`)
      await open.close()
    })

    test('its usage is answered within a second, by four callers at once, and no key waits for it', async () => {
      const answers: number[] = []
      const waits = await waitsDuring(store, size.keys, async () => {
        const until = performance.now() + callersMs
        const call = async (): Promise<void> => {
          while (performance.now() < until) {
            const startedAt = performance.now()
            await store.usage?.({ ...range, bucket: 'day' })
            const busiest = await store.busiest?.({ ...range, limit: 10 })
            answers.push(performance.now() - startedAt)
            expect(busiest?.keys[0]).toMatchObject({ keyId: testKeyId(0) })
          }
        }
        await Promise.all([call(), call(), call(), call()])
      })
      report(
        `${database.name}, usage by four callers: p50 ${percentile(answers, 50).toFixed(0)} ms, max ${percentile(answers, 100).toFixed(0)} ms (n = ${answers.length}); ${shown(waits)}`,
      )
      expect(percentile(answers, 50)).toBeLessThan(1_000)
      expect(percentile(waits.finds, 95)).toBeLessThan(50)
      expect(waits.failures).toBe(0)
    }, 300_000)

    test('the busiest keys are the busiest', async () => {
      const answer = await store.busiest?.({ ...range, limit: 10 })
      const sums = Array.from({ length: 100 }, (_, n) => {
        const days = Array.from({ length: size.days }, (_day, day) => requestsOf(n, day))
        return [testKeyId(n), days.reduce((sum, count) => sum + count, 0)] as const
      })
      const expected = sums.toSorted(([, a], [, b]) => b - a).slice(0, 10)
      expect(answer?.keys.map(({ keyId, requests }) => [keyId, requests])).toEqual(expected)
      expect(answer?.othersAtMost).toBeLessThanOrEqual(answer?.keys.at(-1)?.requests ?? 0)
      expect(answer?.activeKeys).toBe(size.keys)
    })

    test('full batches of counts are added without holding up a key', async () => {
      const hour = firstDay + (size.days - 1) * dayMs
      const counts = { requests: 1, allowed: 1, denied: {}, clientErrors: 0, serverErrors: 0, lastUsedAt: hour }
      const times: number[] = []
      const waits = await waitsDuring(store, size.keys, async () => {
        for (let sequence = 1; sequence <= 5; sequence += 1) {
          const startedAt = performance.now()
          const entries = Array.from({ length: 2_000 }, (_, n) => {
            const keyId = testKeyId((n * 7_919) % size.keys)
            return { workspaceId: 'ws_flushed', keyId, version: 1, hour, ...counts }
          })
          await store.addUsage?.({ instanceId: 'flushing', sequence, entries })
          times.push(performance.now() - startedAt)
        }
      })
      report(`${database.name}, a batch of 2000: max ${percentile(times, 100).toFixed(0)} ms; ${shown(waits)}`)
      expect(percentile(waits.finds, 95)).toBeLessThan(50)
    }, 300_000)

    test('what nothing matches is found out at once, or in short steps', async () => {
      const longest = new Map<string, string>()
      const waits = await waitsDuring(store, size.keys, async () => {
        for (const [name, filter] of filters) {
          const times = await timesOf((cursor) =>
            store.list({ workspaceId, at: firstDay + 1_000 * dayMs, limit: 25, ...filter, ...cursor }),
          )
          longest.set(name, `${times.length} x ${percentile(times, 100).toFixed(0)} ms`)
        }
        for (const [name, filter] of lineFilters) {
          const times = await timesOf((cursor) => {
            if (store.activity === undefined) throw new Error('Expected a store with a log.')
            return store.activity({ workspaceId, limit: 25, ...filter, ...cursor })
          })
          longest.set(name, `${times.length} x ${percentile(times, 100).toFixed(0)} ms`)
        }
      })
      report(
        `${database.name}, nothing found: ${[...longest].map(([name, times]) => `${name} ${times}`).join(', ')}; ${shown(waits)}`,
      )
      expect(percentile(waits.finds, 95)).toBeLessThan(50)
    }, 600_000)

    test('a purge of its log holds up neither a key nor the changes of another process', async () => {
      const keyring = createKeyring({
        prefix: 'lab',
        store,
        permissions: definePermissions({ prompts: ['read'] }),
        owners: 'unbounded',
        usage: false,
        retention: { activity: '1d', usage: null },
      })
      const other = openStore({ kind: database.kind, url: suite.server().url })
      const changes = { made: 0, failed: 0, longest: 0 }
      const state = { purging: true }
      const changing = async (): Promise<void> => {
        while (state.purging) {
          const startedAt = performance.now()
          await moveHead(other.store).then(
            () => (changes.made += 1),
            () => (changes.failed += 1),
          )
          changes.longest = Math.max(changes.longest, performance.now() - startedAt)
          await delay(50)
        }
      }
      const startedAt = performance.now()
      const waits = await waitsDuring(store, size.keys, async () => {
        const changed = changing()
        await keyring.purge()
        state.purging = false
        await changed
      })
      report(
        `${database.name}, purge of ${size.lines} lines in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s: ${shown(waits)}; ` +
          `${changes.made} changes of another process, the longest ${changes.longest.toFixed(0)} ms, ${changes.failed} failed`,
      )
      expect((await store.activity?.({ workspaceId, limit: 1 }))?.items).toEqual([])
      expect(percentile(waits.finds, 95)).toBeLessThan(50)
      expect(changes.failed).toBe(0)
      await keyring.close()
      await other.close()
    }, 1_800_000)
  })
}

const filters: readonly (readonly [name: string, filter: Partial<KeyQuery>])[] = [
  ['disabled', { statuses: ['disabled'] }],
  ['revoked', { statuses: ['revoked'] }],
  ['expired', { statuses: ['expired'] }],
  ['environment', { environments: ['staging'] }],
  ['owner', { ownerIds: ['nobody'] }],
  ['service accounts', { visibleOwners: [{ type: 'service' }] }],
  ['search', { search: 'needle' }],
  ['expiring', { attention: [{ type: 'expiring', expiresBefore: firstDay + 1_000 * dayMs }] }],
  ['unused', { attention: [{ type: 'unused', lastUsedBefore: firstDay + 1_000 * dayMs }], statuses: ['active'] }],
  [
    'two large ones',
    {
      environments: ['production'],
      visibleOwners: [{ type: 'user' }],
      search: 'key 1',
      statuses: ['disabled', 'active'],
      ownerIds: ['user_0'],
      attention: [{ type: 'ownerGone' }],
    },
  ],
]
const lineFilters = [
  ['actor', { actor: { type: 'user', id: 'nobody' } }],
  ['action', { action: 'nothing' }],
  ['target', { targetId: 'nothing' }],
  // Each is on every tenth or fiftieth line, and no line has both.
  ['actor and action', { actor: { type: 'user', id: 'user_3' }, action: 'action_4' }],
] as const

/** Follows the cursors to the end; every call must find nothing. */
async function timesOf(
  read: (cursor: {
    readonly cursor?: string
  }) => Promise<{ readonly items: readonly unknown[]; readonly nextCursor: string | null }>,
): Promise<readonly number[]> {
  const times: number[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const startedAt = performance.now()
    const page: Awaited<ReturnType<typeof read>> = await read(cursor === '' ? {} : { cursor })
    times.push(performance.now() - startedAt)
    expect(page.items).toEqual([])
    cursor = page.nextCursor
  }
  return times
}

async function moveHead(store: KeyStore): Promise<void> {
  const announcements = [{ type: 'workspace', workspaceId: 'ws_small' }] as const
  const change = { writes: [], activity: [], announcements, nonce: crypto.randomUUID(), at: Date.now(), silent: false }
  await store.commit(change)
}

async function watchSlowCommands(url: string): Promise<void> {
  const client = new Redis(url)
  await client.config('SET', 'slowlog-log-slower-than', '5000')
  await client.call('SLOWLOG', 'RESET')
  client.disconnect()
}

/** Each command that Redis was busy with for 5 ms or longer: a verification may have waited behind it. */
async function slowCommands(url: string): Promise<string> {
  const client = new Redis(url)
  const found = (await client.call('SLOWLOG', 'GET', '128')) as readonly [number, number, number, readonly string[]][]
  client.disconnect()
  const shownOnes = found.map(([, , microseconds, [command, digest = '']]) => {
    return `${command} ${digest.slice(0, 6)} ${(microseconds / 1_000).toFixed(1)} ms`
  })
  return shownOnes.join(', ') || 'none'
}

/** One entry for each day, so that every name is there. */
async function countOnceADay(store: KeyStore): Promise<void> {
  for (let day = 0; day < size.days; day += 1) {
    const hour = firstDay + day * dayMs
    const counts = { requests: 1, allowed: 1, denied: {}, clientErrors: 0, serverErrors: 0, lastUsedAt: hour }
    await store.addUsage?.({
      instanceId: 'population',
      sequence: day + 1,
      entries: [{ workspaceId, keyId: testKeyId(0), version: 1, hour, ...counts }],
    })
  }
}
