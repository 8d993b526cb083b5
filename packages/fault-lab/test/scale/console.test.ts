import { apiKeyConsole } from '@claviger/console'
import { createKeyring, definePermissions } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { serverOrSkip } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord } from '@claviger/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/stores.ts'
import { percentile } from '../measure.ts'
import { isWanted, places, type Running } from './places.ts'
import { type RowsRead, rowsReadIn } from './rows-read.ts'

/*
 * A page of the console costs what it shows, not what the workspace holds. Two workspaces on one database, a small and a
 * large one: `FAULT_LAB_SCALE=full` is 1 000 keys against 100 000; the default is a small part of it. Times are printed, and
 * not judged: what is judged is what was asked of the store, and on Redis how many commands that took. `FAULT_LAB_ON=redis` tries one store only.
 */
const sizes = process.env.FAULT_LAB_SCALE === 'full' ? { small: 1_000, large: 100_000 } : { small: 500, large: 12_000 }
const firstAt = Date.UTC(2025, 0, 1)
const now = firstAt + 400 * 86_400_000

const pages: readonly (readonly [name: string, path: (workspace: Workspace) => string])[] = [
  ['the list and its cards', () => '/'],
  ['sorted by name', () => '/?sort=name'],
  ['one environment', () => '/?environment=staging'],
  ['disabled ones', () => '/?status=disabled'],
  ['one owner', () => '/?owner=user_7'],
  ['expiring ones', () => '/?attention=expiring'],
  ['unused ones', () => '/?attention=unused'],
  ['a search by id', ({ size, first }) => `/?q=${testKeyId(first + (size >> 1))}`],
  ['a search for an id that there is not', () => `/?q=${testKeyId(400_000)}`],
  ['a search by name', () => '/?q=key%2042'],
  ['a search for nothing', () => '/?q=nothing%20of%20that%20name'],
  ['review', () => '/review'],
]

// Each key that is shown, with its usage, its hours and what follows the store meanwhile.
const mostCommands = 2_000
// A page of 25 keys, and four cards that count to 100.
const mostShown = 25 + 4 * 101 + 75
// Each of 25 keys with its usage, and the names of their owners.
const mostCalls = 120

interface Workspace {
  readonly id: string
  readonly size: number
  /** The number of its first key. */
  readonly first: number
}

interface OnDatabase {
  readonly store: KeyStore
  /** Rows or entries that the database has read until now; undefined where it does not say. */
  readonly rowsRead: (() => Promise<number | undefined>) | undefined
  close(): Promise<void>
}

interface Place {
  readonly name: string
  readonly kind: string
  start(): Promise<Running | undefined>
  open(server: Running): Promise<OnDatabase>
}

const onDatabases = places.map(
  ({ name, kind, start, prepare }): Place => ({
    name,
    kind,
    start,
    async open({ url }) {
      await prepare(url)
      const { store, close } = openStore({ kind, url }, 10_000)
      let rows: RowsRead | undefined
      return {
        store,
        async rowsRead() {
          rows ??= await rowsReadIn(kind, url)
          return rows.read?.()
        },
        async close() {
          await Promise.all([close(), rows?.close()])
        },
      }
    },
  }),
)
const inMemory: Place = {
  name: 'memory',
  kind: 'memory',
  start: async () => ({ url: '', stop: async () => {} }),
  open: async () => ({ store: memoryStore(), rowsRead: undefined, close: async () => {} }),
}
for (const place of [...onDatabases, inMemory].filter(isWanted)) {
  const suite = await serverOrSkip(place.name, place.start)
  suite.describe(`the console over ${sizes.large} keys on ${place.name}`, () => {
    let on: OnDatabase
    const small = { id: 'ws_small', size: sizes.small, first: 0 }
    const large = { id: 'ws_large', size: sizes.large, first: 500_000 }

    beforeAll(async () => {
      on = await place.open(suite.server())
      await on.store.ready?.().catch(() => {})
      await fill(on.store, small)
      await fill(on.store, large)
    }, 1_800_000)
    afterAll(() => on.close())

    test('asks the store for a page, and reads no more than that', async () => {
      const costs = await costsOf(on, [small, large])
      for (const [name, [few, many]] of costs) {
        report(
          `${place.name}, ${name}: ${few.calls} -> ${many.calls} calls, ${few.records} -> ${many.records} records, ` +
            `${few.rows ?? '?'} -> ${many.rows ?? '?'} rows read, ` +
            `${few.ms.toFixed(1)} -> ${many.ms.toFixed(1)} ms (x ${(many.ms / few.ms).toFixed(1)})`,
        )
      }
      for (const [name, [few, many]] of costs) {
        expect([name, many.status]).toEqual([name, 200])
        expect([name, many.calls]).toEqual([name, expect.toSatisfy((calls: number) => calls <= mostCalls)])
        // At most three pages of the store for one of the console.
        expect([name, many.lists]).toEqual([name, expect.toSatisfy((lists: number) => lists <= few.lists + 2)])
        expect([name, many.records]).toEqual([name, expect.toSatisfy((records: number) => records <= 2 * mostShown)])
        // The rows that SQL databases read are printed only: their planners decide, and MariaDB reads whole indexes here.
        if (place.name !== 'Redis') continue
        expect([name, many.rows]).toEqual([name, expect.toSatisfy((rows: number) => rows <= mostCommands)])
      }
    }, 600_000)
  })
}

interface Cost {
  readonly status: number
  /** Calls of the store; those of `list`. */
  readonly calls: number
  readonly lists: number
  /** Records that the store gave. */
  readonly records: number
  readonly rows: number | undefined
  /** The median of five. */
  readonly ms: number
}

async function costsOf({ store, rowsRead }: OnDatabase, workspaces: readonly [Workspace, Workspace]) {
  const counts = { calls: 0, lists: 0, records: 0 }
  const keyring = createKeyring({
    prefix: 'lab',
    store: counted(store, counts),
    permissions: definePermissions({ prompts: ['read'] }),
    environments: ['production', 'staging'],
    owners: 'unbounded',
  })
  await keyring.ready()
  let workspaceId = ''
  const page = apiKeyConsole({
    keyring,
    authorize: () => ({
      type: 'user',
      id: 'ada',
      workspaceId,
      permissions: ['*:*'],
      can: { listAll: true, manageServiceAccounts: true },
    }),
    clock: { now: () => now },
    onError: (error) => {
      throw error
    },
  })
  const costOf = async (workspace: Workspace, path: string): Promise<Cost> => {
    workspaceId = workspace.id
    const load = async (): Promise<number> => (await page.fetch(new Request(`http://console.test${path}`))).status
    const status = await load()
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const startedAt = performance.now()
      await load()
      times.push(performance.now() - startedAt)
    }
    const [before, rowsBefore] = [{ ...counts }, await rowsRead?.()]
    await load()
    const rowsAfter = await rowsRead?.()
    return {
      status,
      calls: counts.calls - before.calls,
      lists: counts.lists - before.lists,
      records: counts.records - before.records,
      rows: rowsBefore === undefined || rowsAfter === undefined ? undefined : rowsAfter - rowsBefore,
      ms: percentile(times, 50),
    }
  }
  const [small, large] = workspaces
  const costs = new Map<string, readonly [Cost, Cost]>()
  // The first look makes a database's own statistics, where it has some.
  await rowsRead?.()
  for (const [name, pathOf] of pages) {
    costs.set(name, [await costOf(small, pathOf(small)), await costOf(large, pathOf(large))])
  }
  await keyring.close()
  return costs
}

/** The store, with what is asked of it counted, except what caches follow. */
function counted(store: KeyStore, counts: { calls: number; lists: number; records: number }): KeyStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || name === 'close') return name === 'close' ? undefined : value
      return async (...given: unknown[]) => {
        const result: unknown = await (value as (...all: unknown[]) => unknown).apply(target, given)
        if (name === 'poll' || name === 'subscribe') return result
        counts.calls += 1
        if (name === 'list') counts.lists += 1
        counts.records += sizeOf(result)
        return result
      }
    },
  })
}

function sizeOf(result: unknown): number {
  if (result instanceof Map) return result.size
  const items = (result as { readonly items?: unknown } | null)?.items
  return Array.isArray(items) ? items.length : 0
}

/** Keys of every kind, in changes of as many writes as one may hold. */
async function fill(store: KeyStore, { id: workspaceId, size, first: offset }: Workspace): Promise<void> {
  const writes = 16
  let next = 0
  const work = async (): Promise<void> => {
    while (next < size) {
      const from = next
      next += writes
      const records = Array.from({ length: Math.min(writes, size - from) }, (_, index) =>
        recordOf(workspaceId, from + index, offset),
      )
      const result = await store.commit(testChange({ writes: records.map(insertKey), at: now }))
      if (!result.ok) throw new Error(`Key ${from} could not be stored: ${result.reason}`)
    }
  }
  await Promise.all([work(), work(), work(), work()])
}

function recordOf(workspaceId: string, n: number, offset: number) {
  const createdAt = firstAt + n * 1_000
  return testRecord({
    id: testKeyId(offset + n),
    workspaceId,
    name: `Key ${n}`,
    environment: n % 10 === 0 ? 'staging' : 'production',
    permissions: ['prompts:read'],
    owner: { type: 'user', id: `user_${n % 500}` },
    createdAt,
    updatedAt: createdAt,
    secrets: [{ ...testRecord().secrets[0], createdAt: n % 3 === 0 ? createdAt : now - 1_000 }],
    expiresAt: n % 20 === 0 ? now + 3 * 86_400_000 : null,
    disabledAt: n % 50 === 0 ? now - 1_000 : null,
  })
}

function report(line: string): void {
  process.stdout.write(`${line}\n`)
}
