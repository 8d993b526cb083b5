import { type KeyRecord, type KeyStore, mostWrites } from '@claviger/core/store'
import { serverOrSkip } from '@claviger/test-servers'
import { testKeyId, testRecord, testSecret } from '@claviger/testing'
import { Redis } from 'ioredis'
import pg from 'pg'
import { expect, test } from 'vitest'
import { openStore } from '../src/stores.ts'
import { databases } from './databases.ts'

/*
 * Do reads stay flat as keys grow? `FAULT_LAB_KEYS` says how many (default 4 000; the published figures are from
 * 1 000 000). Times are printed as ratios to those at 1 000 keys, and not asserted.
 */
const small = 1_000
const large = Number(process.env.FAULT_LAB_KEYS ?? 4_000)
// Enough keys in each, also of the thousand, to fill a page.
const workspaces = 20
const report = (line: string): void => void process.stdout.write(`${line}\n`)

for (const database of databases.filter(({ kind }) => kind !== 'mariadb')) {
  const suite = await serverOrSkip(database.name, database.start)
  suite.describe(`${large} keys on ${database.name}`, () => {
    test('find, list and commit cost what they cost with a thousand', { timeout: 1_800_000 }, async () => {
      const { url } = suite.server()
      await database.prepare(url)
      const { store, close } = openStore({ kind: database.kind, url }, 30_000)
      await fill(store, 0, small)
      const before = await measure(store, small)
      await fill(store, small, large)
      const after = await measure(store, large)
      const ratio = (name: 'findMs' | 'listMs' | 'commitMs'): string =>
        `${name} ${(after[name] / before[name]).toFixed(2)} x (${before[name].toFixed(2)} to ${after[name].toFixed(2)} ms)`
      report(
        `${database.name}, ${small} to ${large} keys: ${ratio('findMs')}, ${ratio('listMs')}, ${ratio('commitMs')}`,
      )
      report(`${database.name}: ${await footprint(database.kind, url)}`)
      expect((await store.list({ workspaceId: workspaceOf(0), at: 0, limit: 100 })).items.length).toBe(
        Math.min(100, large / workspaces),
      )
      await close()
    })
  })
}

interface Times {
  readonly findMs: number
  readonly listMs: number
  readonly commitMs: number
}

const workspaceOf = (index: number): string => `ws_${index % workspaces}`

function recordAt(index: number): KeyRecord {
  return testRecord({
    id: testKeyId(index),
    workspaceId: workspaceOf(index),
    name: `Key ${index}`,
    owner: { type: 'user', id: `user_${index % 5_000}` },
    createdAt: 1_735_689_600_000 + index,
    secrets: [testSecret({ createdAt: 1_735_689_600_000 + index })],
  })
}

async function fill(store: KeyStore, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += mostWrites) {
    const records = Array.from({ length: Math.min(mostWrites, to - start) }, (_, index) => recordAt(start + index))
    await insert(store, records)
  }
}

async function insert(store: KeyStore, records: readonly KeyRecord[]): Promise<void> {
  const result = await store.commit({
    writes: records.map((record) => ({ type: 'key', record, expectedRevision: 0 })),
    activity: [],
    announcements: [],
    nonce: `n${records[0]?.id ?? ''}`,
    at: Date.now(),
    silent: false,
  })
  if (!result.ok) throw new Error(`The fill was refused: ${result.reason}`)
}

let extra = 500_000_000

async function measure(store: KeyStore, count: number): Promise<Times> {
  const anyKey = (): string => testKeyId(Math.floor(Math.random() * count))
  const anyWorkspace = (): string => workspaceOf(Math.floor(Math.random() * workspaces))
  return {
    findMs: await median(() => store.find([anyKey()])),
    listMs: await median(() => store.list({ workspaceId: anyWorkspace(), at: 0, limit: 25 })),
    commitMs: await median(() => insert(store, [recordAt((extra += 1))])),
  }
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 300; turn += 1) {
    const startedAt = performance.now()
    await work()
    times.push(performance.now() - startedAt)
  }
  return times.sort((a, b) => a - b)[150] ?? 0
}

async function footprint(kind: string, url: string): Promise<string> {
  if (kind === 'redis') {
    const client = new Redis(url)
    const memory = /used_memory_human:(\S+)/.exec(await client.info('memory'))?.[1]
    const names = await client.dbsize()
    client.disconnect()
    return `${memory} of memory, ${names} Redis keys`
  }
  const pool = new pg.Pool({ connectionString: url })
  const { rows } = await pool.query(
    "select pg_size_pretty(pg_total_relation_size('claviger_keys')) as size, (select count(*) from claviger_keys) as count",
  )
  const plans = [
    "explain (costs off) select record from claviger_keys where id = any('{key0000000000001}')",
    "explain (costs off) select record from claviger_keys where workspace_id = 'ws_1' order by created_at desc, id limit 26",
  ].map(async (sql) =>
    (await pool.query<{ 'QUERY PLAN': string }>(sql)).rows.map((row) => row['QUERY PLAN'].trim()).join(' / '),
  )
  const explained = await Promise.all(plans)
  await pool.end()
  return `${rows[0]?.count} rows, ${rows[0]?.size} with indexes; ${explained.join('; ')}`
}
