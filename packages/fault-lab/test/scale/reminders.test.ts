import { createKeyring, definePermissions, type FollowedActivity, type Keyring, type KeyReminder } from '@claviger/core'
import type { Activity, KeyRecord, KeyStore } from '@claviger/core/store'
import { serverOrSkip } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, testSecret } from '@claviger/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { percentile } from '../measure.ts'
import { delay } from '../worker.ts'
import { copyKeys, copyLines, learnSizes } from './copies.ts'
import { isWanted, places } from './places.ts'
import { type RowsRead, rowsReadIn } from './rows-read.ts'
import { shown, waitsDuring } from './waits.ts'
import { readsAll, type WatchedStore, watchedStore } from './watched-store.ts'

/*
 * A run of `remind` costs what is due, and a page of `follow` what is new; not what is stored. `FAULT_LAB_SCALE=full` is
 * 1 000 000 keys and as many lines of the log, and 100 000 keys that are due at once (`FAULT_LAB_DUE` says how many); the
 * default is a small part of it. `FAULT_LAB_ON=redis` tries one store only. Judged is what databases read by their own count, and how; times are printed.
 */
const isFull = process.env.FAULT_LAB_SCALE === 'full'
const size = {
  stored: isFull ? 1_000_000 : 20_000,
  atOnce: Number(process.env.FAULT_LAB_DUE ?? (isFull ? 100_000 : 600)),
}
const tables = ['claviger_keys', 'claviger_reminders', 'claviger_activity', 'claviger_activity_lines']
const day = 86_400_000
const now = Date.now()
const dueKeys = 100
// What the databases read beside it: the head, which caches follow, and the ends of ranges.
const slack = 400
// A key that is due is found in the index, read, and changed twice under its lock.
const mostForOne = 60
const report = (line: string): void => void process.stdout.write(`${line}\n`)

/** What is stored: each part of it asks for another reason why a run might look at keys that need nothing. */
const kinds: readonly (readonly [name: string, share: number, record: Partial<KeyRecord>])[] = [
  ['need nothing for long', 0.6, { ...madeAt(now - 10 * day), expiresAt: now + 200 * day }],
  [
    'were reported',
    0.15,
    { ...madeAt(now - 200 * day), reminders: { rotationDue: now - 100 * day, unused: now - 100 * day } },
  ],
  ['were unused for too long to be told', 0.05, { ...madeAt(now - 300 * day), secrets: secretOf(now - 10 * day) }],
  ['are in use', 0.1, { ...madeAt(now - 100 * day), secrets: secretOf(now - 20 * day) }],
  ['have expired', 0.1, { ...madeAt(now - 95 * day), expiresAt: now - 5 * day }],
]

function secretOf(createdAt: number): KeyRecord['secrets'] {
  return [testSecret({ createdAt })]
}

function madeAt(at: number): Pick<KeyRecord, 'createdAt' | 'updatedAt' | 'secrets'> {
  return { createdAt: at, updatedAt: at, secrets: secretOf(at) }
}

const line: Activity = {
  id: 'seedline',
  workspaceId: 'ws_acme',
  at: now - 30 * day,
  actor: { type: 'user', id: 'ada' },
  action: 'key.created',
  target: { type: 'key', id: testKeyId(1) },
  before: null,
  after: { name: 'Production' },
  origin: null,
}

for (const database of places.filter(isWanted)) {
  const { name, kind } = database
  const suite = await serverOrSkip(name, database.start)
  suite.describe(`${size.stored} keys and lines on ${name}`, () => {
    let watched: WatchedStore
    let store: KeyStore
    let rows: RowsRead

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      watched = watchedStore({ kind, url })
      store = watched.store
      await store.ready?.().catch(() => {})
      const startedAt = performance.now()
      let first = 1_000_000
      for (const [, share, overrides] of kinds) {
        const seed = await storedKey(store, first - 1, overrides)
        if (overrides.createdAt === now - 100 * day) await use(store, seed, now - 2 * day)
        const count = Math.round(size.stored * share)
        await copyKeys({ kind, url }, { seed, first, count })
        first += 1_000_000
      }
      await store.commit(testChange({ activity: [line] }))
      await copyLines({ kind, url }, line, size.stored)
      await learnSizes({ kind, url })
      rows = await rowsReadIn(kind, url, tables)
      report(`${name}: ${size.stored} keys and lines are there after ${seconds(startedAt)}`)
    }, 1_800_000)
    afterAll(async () => {
      await rows.close()
      await watched.close()
    })

    /** What a piece of work cost: rows that were read, where the database counts them, and the time. */
    async function costOf(work: () => Promise<unknown>): Promise<{ readonly read: number; readonly text: string }> {
      await watched.settle()
      const before = (await rows.read?.()) ?? 0
      const startedAt = performance.now()
      await work()
      const tookMs = performance.now() - startedAt
      await watched.settle()
      const read = ((await rows.read?.()) ?? 0) - before
      const unit = kind === 'redis' ? 'commands' : 'rows read'
      return { read, text: `${rows.read === undefined ? '' : `${read} ${unit}, `}${tookMs.toFixed(1)} ms` }
    }

    test('copies are what the store would have written', async () => {
      for (const [index, [, share, overrides]] of kinds.entries()) {
        const n = Math.round(size.stored * share) - 1
        const id = testKeyId((index + 1) * 1_000_000 + n)
        const record = (await store.find([id])).get(id)
        const { createdAt = 0, secrets, expiresAt = null } = overrides
        expect(record).toMatchObject({
          id,
          createdAt: createdAt + n,
          expiresAt: expiresAt === null ? null : expiresAt + n,
        })
        expect((record as KeyRecord).secrets[0].createdAt).toBe((secrets?.[0].createdAt ?? 0) + n)
      }
    })

    test('a run costs what is due', async () => {
      const seed = await storedKey(store, 90_000_000, { ...madeAt(now - 10 * day), expiresAt: now + 3 * day })
      await copyKeys({ kind, url: suite.server().url }, { seed, first: 90_000_001, count: dueKeys - 1 })
      const told = new Set<string>()
      const keyring = keyringOn(store, ({ id }) => void told.add(id))
      await keyring.ready()
      const first = await costOf(() => keyring.remind())
      expect(told.size).toBe(dueKeys)
      // PostgreSQL passes once more over the index entries of rows that the first run changed, and marks them.
      await keyring.remind()
      const idle = await costOf(async () => expect(await keyring.remind()).toMatchObject({ sent: 0 }))
      const plans = await watched.plansOf(() => keyring.remind())
      const others = Array.from({ length: dueKeys }, (_, n) => testKeyId(1_000_000 + n))
      for (const id of others) await changed(store, id, { expiresAt: now + 5 * day })
      const some = await costOf(async () => expect(await keyring.remind()).toMatchObject({ sent: dueKeys }))
      const again = await costOf(async () => expect(await keyring.remind()).toMatchObject({ sent: 0 }))
      report(`${name}, the first run, which finds what is not due any more: ${first.text}`)
      report(
        `${name}, a run with nothing due: ${idle.text}; with ${dueKeys} keys due: ${some.text}; after it: ${again.text}`,
      )
      report(plans.join('\n'))
      for (const plan of plans) expect(plan).not.toMatch(readsAll[kind])
      for (const { read } of [idle, again]) expect(read).toBeLessThan(slack)
      expect(some.read).toBeLessThan(slack + mostForOne * dueKeys)
      await keyring.close()
    }, 1_800_000)

    test('three processes that look at once report each key once', async () => {
      const { url } = suite.server()
      const seed = await storedKey(store, 92_000_000, { ...madeAt(now - 10 * day), expiresAt: now + 13 * day })
      await copyKeys({ kind, url }, { seed, first: 92_000_001, count: 59 })
      const told: string[] = []
      const opened = [1, 2, 3].map(() => watchedStore({ kind, url }))
      const keyrings = opened.map((one) => keyringOn(one.store, ({ id }) => void told.push(id)))
      await Promise.all(keyrings.map((keyring) => keyring.ready()))
      const results = await Promise.all(keyrings.map((keyring) => keyring.remind()))
      expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(60)
      expect([told.length, new Set(told).size]).toEqual([60, 60])
      await Promise.all(keyrings.map((keyring) => keyring.close()))
      await Promise.all(opened.map((one) => one.close()))
    }, 300_000)

    test('a page of the log costs its lines, wherever it is, and waiting for the next one nothing', async () => {
      const last = (await store.activityAfter?.(0, 1))?.last ?? 0
      expect(last).toBeGreaterThan(size.stored)
      const page = async (position: number, count: number): Promise<string> => {
        const cost = await costOf(async () => {
          const answer = await store.activityAfter?.(position, 100)
          expect(answer?.items.length).toBe(count)
        })
        expect(cost.read).toBeLessThan(slack + 5 * count)
        return cost.text
      }
      const texts = [await page(0, 100), await page(size.stored >> 1, 100), await page(last, 0)]
      report(`${name}, a page of 100 lines: ${texts[0]} at the start, ${texts[1]} in the middle; the end: ${texts[2]}`)
      const plans = await watched.plansOf(async () => store.activityAfter?.(size.stored >> 1, 100))
      report(plans.join('\n'))
      for (const plan of plans) expect(plan).not.toMatch(readsAll[kind])
    }, 300_000)

    test('a follower reads what is new', async () => {
      const got: FollowedActivity[] = []
      const keyring = keyringOn(store, () => {})
      await keyring.ready()
      const follower = keyring.follow('siem', (entry) => void got.push(entry), { from: 'now', pollMs: 20 })
      await expect.poll(() => follower.status, { timeout: 10_000 }).toBe('following')
      const { read, text } = await costOf(async () => {
        const activity = Array.from({ length: 30 }, (_, n) => ({ ...line, id: `new-${n}`, at: now + n }))
        await store.commit(testChange({ activity }))
        await expect.poll(() => got.length, { timeout: 10_000, interval: 5 }).toBe(30)
        await follower.close()
      })
      report(`${name}, a follower of 30 new lines: ${text}`)
      expect(got.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, n) => `new-${n}`))
      expect(read).toBeLessThan(slack + 40 * 30)
      await keyring.close()
    }, 120_000)

    test(`${size.atOnce} keys that are due at once are told in small pages, and no request waits for it`, async () => {
      const { url } = suite.server()
      const seed = await storedKey(store, 95_000_000, { ...madeAt(now - 10 * day), expiresAt: now + 7 * day })
      // All at one instant, as keys that were imported together may have it.
      await copyKeys({ kind, url }, { seed, first: 95_000_001, count: size.atOnce - 1, stepMs: 0 })
      const told = new Set<string>()
      const asked = { due: 0, now: 0, atOnce: 0, largest: 0, changes: 0 }
      const keyring = keyringOn(counted(store, asked), ({ id }) => void told.add(id))
      await keyring.ready()
      const dry = await costOf(async () => {
        const { sent } = await keyring.remind({ dryRun: true, onEvent: () => {} })
        expect(sent).toBe(size.atOnce)
      })
      report(`${name}, a dry run over ${size.atOnce} keys that are due at one instant: ${dry.text}`)
      expect(dry.read).toBeLessThan(slack + 10 * size.atOnce)
      asked.due = 0
      const startedAt = performance.now()
      const waits = await waitsDuring(store, 1, () => keyring.remind())
      report(
        `${name}, ${size.atOnce} keys due at once: ${seconds(startedAt)}, ${asked.due} pages of at most ${asked.largest} keys, ` +
          `${asked.changes} changes, at most ${asked.atOnce} at a time, ` +
          `${((1_000 * asked.changes) / (performance.now() - startedAt)).toFixed(0)} a second; meanwhile ${shown(waits)}`,
      )
      expect(told.size).toBe(size.atOnce)
      expect(asked.largest).toBeLessThanOrEqual(50)
      expect(asked.atOnce).toBeLessThanOrEqual(4)
      expect(percentile(waits.finds, 95)).toBeLessThan(50)
      expect(waits.failures).toBe(0)
      await keyring.close()
    }, 1_800_000)
  })
}

function keyringOn(store: KeyStore, onEvent: (event: KeyReminder) => void): Keyring {
  return createKeyring({
    prefix: 'lab',
    store: { ...store, close: async () => {} },
    permissions: definePermissions({ prompts: ['read'], context: ['download'] }),
    owners: 'unbounded',
    usage: false,
    reminders: { every: null },
    onEvent: (event) => ('cause' in event ? onEvent(event) : undefined),
  })
}

/** The store, with what reminders ask of it counted. */
function counted(
  store: KeyStore,
  asked: { due: number; now: number; atOnce: number; largest: number; changes: number },
): KeyStore {
  const { due, commitLocked } = store
  if (due === undefined || commitLocked === undefined) throw new Error('Expected a store with due and commitLocked.')
  return {
    ...store,
    async due(query) {
      const page = await due(query)
      asked.due += 1
      asked.largest = Math.max(asked.largest, page.items.length)
      return page
    },
    async commitLocked(...given) {
      asked.changes += 1
      asked.now += 1
      asked.atOnce = Math.max(asked.atOnce, asked.now)
      try {
        return await commitLocked(...given)
      } finally {
        asked.now -= 1
      }
    },
  }
}

async function storedKey(store: KeyStore, number: number, overrides: Partial<KeyRecord>): Promise<KeyRecord> {
  const record = testRecord({ id: testKeyId(number), ...overrides })
  const result = await store.commit(testChange({ writes: [insertKey(record)] }))
  expect(result).toMatchObject({ ok: true })
  return record
}

async function changed(store: KeyStore, id: string, patch: Partial<KeyRecord>): Promise<void> {
  const stored = (await store.find([id])).get(id) as KeyRecord
  const record = { ...stored, ...patch, revision: stored.revision + 1 }
  const result = await store.commit(
    testChange({ writes: [{ type: 'key', record, expectedRevision: stored.revision }] }),
  )
  expect(result).toMatchObject({ ok: true })
}

let uses = 0
async function use(store: KeyStore, { id, workspaceId }: KeyRecord, lastUsedAt: number): Promise<void> {
  uses += 1
  const counts = { requests: 1, allowed: 1, denied: {}, clientErrors: 0, serverErrors: 0, lastUsedAt }
  const hour = lastUsedAt - (lastUsedAt % 3_600_000)
  const entries = [{ workspaceId, keyId: id, version: 1, hour, ...counts }]
  await store.addUsage?.({ instanceId: 'scale', sequence: uses, entries })
  await delay(0)
}

function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`
}
