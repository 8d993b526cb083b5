import { type Activity, encodeCursor, type KeyRecord, type KeyStore, mostWrites } from '@claviger/core/store'
import { serverOrSkip } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, testSecret, testServiceAccount } from '@claviger/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/stores.ts'
import { learnSizes } from './copies.ts'
import { isWanted, places } from './places.ts'
import { type RowsRead, rowsReadIn } from './rows-read.ts'
import { type WatchedStore, watchedStore } from './watched-store.ts'

/*
 * A page of a listing costs what a page costs: keys that were imported together may all have one instant, and a page among
 * them costs what it costs among as many keys of instants of their own. `FAULT_LAB_SCALE=full` is 100 000 keys, accounts
 * and lines of one instant beside as many others (`FAULT_LAB_TIED` says how many); the default is a small part of it.
 * Judged is what databases read by their own count; times are printed.
 */
const isFull = process.env.FAULT_LAB_SCALE === 'full'
const size = Number(process.env.FAULT_LAB_TIED ?? (isFull ? 100_000 : 5_000))
const tables = ['claviger_keys', 'claviger_service_accounts', 'claviger_activity']
const start = Date.UTC(2025, 0, 1)
const at = start + 1_000 * 86_400_000
const limit = 25
const report = (line: string): void => void process.stdout.write(`${line}\n`)

interface Workspace {
  readonly id: string
  /** The instant of a row, by its place in the listing. */
  readonly instantOf: (n: number) => number
  readonly idOf: (n: number) => string
}
const apart: Workspace = { id: 'ws_apart', instantOf: (n) => start - n, idOf: (n) => testKeyId(n) }
const tied: Workspace = { id: 'ws_tied', instantOf: () => start, idOf: (n) => testKeyId(5_000_000 + n) }

type Page = { readonly items: readonly unknown[]; readonly nextCursor: string | null }
type Read = (store: KeyStore, cursor: { readonly cursor?: string }) => Promise<Page>

const listing =
  (query: Partial<Parameters<KeyStore['list']>[0]>) =>
  ({ id: workspaceId }: Workspace): Read =>
  (store, cursor) =>
    store.list({ workspaceId, at, limit, ...query, ...cursor })

const log =
  (query: Partial<Parameters<NonNullable<KeyStore['activity']>>[0]>) =>
  ({ id: workspaceId }: Workspace): Read =>
  async (store, cursor) => {
    if (store.activity === undefined) throw new Error('Expected a store with a log.')
    return store.activity({ workspaceId, limit, ...query, ...cursor })
  }

const accounts =
  (query: Partial<Parameters<NonNullable<KeyStore['services']>>[0]>) =>
  ({ id: workspaceId }: Workspace): Read =>
  async (store, cursor) => {
    if (store.services === undefined) throw new Error('Expected a store with service accounts.')
    return store.services({ workspaceId, limit, ...query, ...cursor })
  }

const ada = { type: 'user', id: 'ada' } as const
const reads: readonly (readonly [name: string, readOf: (workspace: Workspace) => Read])[] = [
  ['all keys', listing({})],
  ['keys of an owner of few', listing({ ownerIds: ['user_7'] })],
  ['keys of an owner of very many', listing({ ownerIds: ['ada'] })],
  ['keys that a user sees', listing({ visibleOwners: [ada, { type: 'service' }] })],
  ['keys of service accounts', listing({ visibleOwners: [{ type: 'service' }] })],
  ['keys of an environment', listing({ environments: ['staging'] })],
  ['active keys', listing({ statuses: ['active', 'rotating'] })],
  ['disabled keys', listing({ statuses: ['disabled'] })],
  ['revoked and expired keys', listing({ statuses: ['revoked', 'expired'] })],
  ['a search by name that finds very many', listing({ search: 'key 1' })],
  ['a search by name that finds nothing', listing({ search: 'needle' })],
  ['keys whose rotation is due', listing({ attention: [{ type: 'rotationDue', secretCreatedBefore: at }] })],
  ['keys that expire', listing({ attention: [{ type: 'expiring', expiresBefore: at + 1 }] })],
  ['keys that were never used', listing({ attention: [{ type: 'neverUsed', createdBefore: at }] })],
  ['keys that are not used any more', listing({ attention: [{ type: 'unused', lastUsedBefore: at }] })],
  ['keys whose owner is gone', listing({ attention: [{ type: 'ownerGone' }] })],
  ['active keys of an environment', listing({ statuses: ['active'], environments: ['staging'] })],
  ['the log', log({})],
  ['the log of a target', log({ targetId: 'target_1' })],
  ['the log of an actor', log({ actor: { type: 'user', id: 'user_1' } })],
  ['the log of an action', log({ action: 'action_1' })],
  ['the log of an actor and an action', log({ actor: { type: 'user', id: 'user_1' }, action: 'action_1' })],
  ['the log of a time', log({ from: start - 2 * size, to: start + 1 })],
  ['service accounts', accounts({})],
  ['service accounts with deleted ones', accounts({ includeDeleted: true })],
]

for (const database of places.filter(isWanted)) {
  const { name, kind } = database
  const suite = await serverOrSkip(name, database.start)
  suite.describe(`${size} keys, accounts and lines of one instant on ${name}`, () => {
    let watched: WatchedStore
    let rows: RowsRead

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      const filling = openStore({ kind, url }, 10_000)
      await filling.store.ready?.().catch(() => {})
      for (const workspace of [apart, tied]) await fill(filling.store, workspace)
      await filling.close()
      watched = watchedStore({ kind, url })
      await learnSizes({ kind, url })
      rows = await rowsReadIn(kind, url, tables, 0)
      await rows.read?.()
    }, 1_800_000)
    afterAll(async () => {
      await rows.close()
      await watched.close()
    })

    /** What one row counts at most. */
    const unit = (): number => (watched.stepsOf === undefined ? 1 : stepsOfRow)

    interface Cost {
      readonly read: number
      readonly ms: number
    }

    /** What the database reads for a page: the mean of three. */
    async function costOf(read: Read, cursor: { readonly cursor?: string }): Promise<Cost> {
      const times = 3
      const work = async (): Promise<void> => {
        for (let time = 0; time < times; time += 1) await read(watched.store, cursor)
      }
      await work()
      await watched.settle()
      const before = (await rows.read?.()) ?? 0
      const startedAt = performance.now()
      const steps = await (watched.stepsOf?.(work) ?? work())
      const ms = (performance.now() - startedAt) / times
      await watched.settle()
      const made = steps ?? ((await rows.read?.()) ?? 0) - before
      return { read: made / times, ms }
    }

    test.each(reads)('%s: the first page, one in the middle and the last cost the same', async (title, readOf) => {
      const shown: string[] = []
      const costs: (readonly [place: number, apart: Cost, tied: Cost])[] = []
      for (const place of [0, size >> 1, size - 30]) {
        const [amongMany, amongTied] = [await costAt(apart, place), await costAt(tied, place)]
        costs.push([place, amongMany, amongTied])
        shown.push(`${amongMany.read.toFixed(0)} -> ${amongTied.read.toFixed(0)} (${amongTied.ms.toFixed(1)} ms)`)
      }
      report(`${name}, ${title}: ${shown.join(', ')}`)
      for (const [place, amongMany, amongTied] of costs) {
        expect([place, amongMany.read]).toEqual([place, expect.toSatisfy((n: number) => n <= mostFiltered * unit())])
        expect([place, amongTied.read]).toEqual([place, expect.toSatisfy((n: number) => n <= mostFor(amongMany.read))])
      }

      function costAt(workspace: Workspace, place: number): Promise<Cost> {
        const position = { at: workspace.instantOf(place), id: workspace.idOf(place) }
        return costOf(readOf(workspace), place === 0 ? {} : { cursor: encodeCursor(position) })
      }
    })

    test('a page without a condition reads its rows and few others', async () => {
      for (const [title, readOf] of reads.filter(([title]) => /^(?:all keys|the log|service accounts)$/.test(title))) {
        for (const workspace of [apart, tied]) {
          for (const place of [1, size >> 1, size - 30]) {
            const position = { at: workspace.instantOf(place), id: workspace.idOf(place) }
            const { read } = await costOf(readOf(workspace), { cursor: encodeCursor(position) })
            expect([title, place, read]).toEqual([
              title,
              place,
              expect.toSatisfy((n: number) => n <= mostRows * unit()),
            ])
          }
        }
      }
    }, 600_000)
  })
}

// The rows of a page, the ends of ranges, and what caches follow meanwhile.
const mostRows = 3 * limit
const stepsOfRow = 40
// With conditions: up to 2 000 rows are counted for each, and up to 10 000 are looked at.
const mostFiltered = 20_000

/** What a page among equal instants may cost, where it costs so much among others: some rows more. */
function mostFor(read: number): number {
  return 1.3 * read + 100
}

/** Rows of every kind, each in the place in the listing that is its number. */
async function fill(store: KeyStore, workspace: Workspace): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < size) {
      const first = next
      next += mostWrites / 2
      const numbers = Array.from({ length: Math.min(next, size) - first }, (_, index) => first + index)
      const writes = numbers.flatMap((n) => [
        insertKey(keyOf(workspace, n)),
        { type: 'serviceAccount', record: accountOf(workspace, n), expectedRevision: 0 } as const,
      ])
      const result = await store.commit(testChange({ writes, activity: numbers.map((n) => lineOf(workspace, n)), at }))
      if (!result.ok) throw new Error(`Key ${first} could not be stored: ${result.reason}`)
    }
  }
  await Promise.all([work(), work()])
}

function keyOf({ id: workspaceId, instantOf, idOf }: Workspace, n: number): KeyRecord {
  const createdAt = instantOf(n)
  return testRecord({
    id: idOf(n),
    workspaceId,
    name: `Key ${n}`,
    environment: n % 10 === 3 ? 'staging' : 'production',
    owner: n % 2 === 0 ? ada : { type: n % 20 === 9 ? 'service' : 'user', id: `user_${n % 100}` },
    createdAt,
    updatedAt: createdAt,
    secrets: [testSecret({ createdAt })],
    expiresAt: n % 20 === 7 ? at : null,
    disabledAt: n % 20 === 11 ? createdAt : null,
    revokedAt: n % 20 === 13 ? createdAt : null,
    ownerGoneAt: n % 50 === 17 ? createdAt : null,
    lastUsedAt: n % 4 === 0 ? createdAt : null,
  })
}

function accountOf({ id: workspaceId, instantOf, idOf }: Workspace, n: number) {
  const createdAt = instantOf(n)
  const deletedAt = n % 10 === 1 ? createdAt : null
  return testServiceAccount({ id: idOf(n), workspaceId, createdAt, updatedAt: createdAt, deletedAt })
}

function lineOf({ id: workspaceId, instantOf, idOf }: Workspace, n: number): Activity {
  return {
    id: idOf(n),
    workspaceId,
    at: instantOf(n),
    actor: { type: 'user', id: `user_${n % 4}` },
    action: `action_${n % 5}`,
    target: { type: 'key', id: `target_${n % 50}` },
    before: null,
    after: null,
    origin: null,
  }
}
