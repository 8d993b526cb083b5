import {
  type Activity,
  type CommitResult,
  type Head,
  type IdempotencyRecord,
  type KeyQuery,
  type KeyRecord,
  type KeyStore,
  type ListPage,
  mostWrites,
  type PurgeLimits,
  type ServiceAccountRecord,
  type Write,
} from '@claviger/core/store'
import { assert } from '../assert.ts'
import { insertKey, testChange } from '../changes.ts'
import { testKeyId, testRecord } from '../records.ts'

/** When everything in the suite happens: 2025-01-01T00:00:00Z, a full hour and the start of a UTC day. */
export const start = 1_735_689_600_000

export {
  insertKey as insert,
  testChange as change,
  testUsageEntry as usageEntry,
  updateKey as update,
} from '../changes.ts'

export function insertAccount(record: ServiceAccountRecord): Write {
  return { type: 'serviceAccount', record, expectedRevision: 0 }
}

export function insertIdempotency(overrides: Partial<IdempotencyRecord> = {}): Write & { type: 'idempotency' } {
  return {
    type: 'idempotency',
    record: {
      workspaceId: 'ws_acme',
      actor: { type: 'user', id: 'ada' },
      idempotencyKey: 'retry-1',
      requestHash: 'abc',
      keyId: testKeyId(1),
      createdAt: start,
      ...overrides,
    },
    expectedRevision: 0,
  }
}

export function activityEntry(overrides: Partial<Activity> = {}): Activity {
  return {
    id: 'activity-1',
    workspaceId: 'ws_acme',
    at: start,
    actor: { type: 'user', id: 'ada' },
    action: 'key.created',
    target: { type: 'key', id: testKeyId(1) },
    before: null,
    after: null,
    origin: null,
    ...overrides,
  }
}

/** Commits and insists that it worked. */
export async function committed(store: KeyStore, ...writes: readonly Write[]): Promise<Head | null> {
  return accepted(await store.commit(testChange({ writes })))
}

/** Inserts keys, in as few commits as may be. */
export async function stored(store: KeyStore, ...records: readonly KeyRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += mostWrites) {
    await committed(store, ...records.slice(from, from + mostWrites).map(insertKey))
  }
}

/** Appends lines to the log, in as few commits as may be. */
export async function logged(store: KeyStore, ...lines: readonly Activity[]): Promise<void> {
  for (let from = 0; from < lines.length; from += mostWrites) {
    accepted(await store.commit(testChange({ activity: lines.slice(from, from + mostWrites) })))
  }
}

/** Inserts `count` keys, each a millisecond younger than the one before, and gives them newest first. */
export async function storedSeries(
  store: KeyStore,
  count: number,
  overrides: (index: number) => Partial<KeyRecord> = () => ({}),
): Promise<readonly KeyRecord[]> {
  const records = Array.from({ length: count }, (_, index) =>
    testRecord({ id: testKeyId(index), createdAt: start + index, ...overrides(index) }),
  )
  await stored(store, ...records)
  return records.toReversed()
}

/** More rows of one instant than a page holds, and than a store reads at a time: people import keys whose date is a day. */
export const manyOfOneInstant = 300

export function accepted(result: CommitResult): Head | null {
  assert.ok(result.ok, `expected the commit to be carried out, got ${JSON.stringify(result)}`)
  return result.head
}

export function refused(result: CommitResult): Extract<CommitResult, { ok: false }> {
  assert.ok(!result.ok, 'expected the commit to be refused')
  return result
}

/** Reads one key, or undefined. */
export async function findOne(store: KeyStore, id: string): Promise<KeyRecord | 'corrupt' | undefined> {
  return (await store.find([id])).get(id)
}

/** Reads one key that must be there and readable. */
export async function readOne(store: KeyStore, id: string): Promise<KeyRecord> {
  const record = await findOne(store, id)
  assert.ok(record !== undefined && record !== 'corrupt', `expected key ${id} to be stored and readable`)
  return record
}

/** The ids a listing gives, in its order. A page may come back short while there is a cursor to go on from. */
export async function listedIds(store: KeyStore, query: Partial<KeyQuery> = {}): Promise<readonly string[]> {
  const asked = { workspaceId: 'ws_acme', at: start, limit: 100, ...query }
  const items = await itemsFrom((cursor) => store.list({ ...asked, ...cursor }), asked.cursor)
  return items.map(({ id }) => id)
}

/** Follows the cursors of a listing to its end. */
export async function itemsFrom<Item>(
  read: (cursor: { readonly cursor?: string }) => Promise<ListPage<Item>>,
  from?: string,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let cursor = from
  for (let pages = 0; pages < 1_000; pages += 1) {
    const page = await read(cursor === undefined ? {} : { cursor })
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
  assert.fail('the pages must come to an end')
}

/** Purges step by step, to the end. */
export async function purgeAll(purge: NonNullable<KeyStore['purge']>, limits: PurgeLimits): Promise<number> {
  for (let steps = 1; steps <= 10_000; steps += 1) {
    const progress = await purge(limits)
    if (progress === 'done') return steps
    assert.equal(progress, 'more', 'purge says done or more')
  }
  assert.fail('a purge must come to an end')
}

/** Compares values whatever their prototypes are: records may come with or without one. */
export function same(actual: unknown, expected: unknown, message?: string): void {
  assert.deepEqual(actual, expected, message)
}
