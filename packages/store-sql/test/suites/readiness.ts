import { readFileSync } from 'node:fs'
import { insertKey, testChange, testKeyId, testRecord, testServiceAccount, updateKey } from '@claviger/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SqlStore } from '../../src/index.ts'
import { rights } from '../../src/ready/rights.ts'
import { emptied } from '../support/under-test.ts'
import type { ServerSuite } from './server-suite.ts'

const start = 1_735_689_600_000
const hourMs = 3_600_000

/** How a kind of server grants rights. */
export interface Grants {
  /** Makes a user without any right, and gives the URL to connect with. */
  createUser(name: string): Promise<string>
  dropUser(name: string): Promise<void>
  grant(name: string, right: string, table: string): Promise<void>
  revoke(name: string, right: string, table: string): Promise<void>
}

/** What `ready()` finds out on a server, and that nothing of it stays. */
export function readiness(suite: ServerSuite, grants: Grants): void {
  describe('ready', () => {
    test('leaves nothing behind, and moves no head, also when many start at once', async () => {
      const [store] = await suite.stores(3)
      const { run } = suite.client()
      await store.commit(testChange({ writes: [insertKey(testRecord())] }))
      const before = await everyRow(run)
      const many = Array.from({ length: 6 }, () => suite.client().store())
      await Promise.all(many.flatMap((one) => [one.ready(), one.ready()]))
      expect(await everyRow(run)).toEqual(before)
      expect(await store.poll(null)).toMatchObject({ head: { epoch: 1 } })
    })

    test('names the table that was looked for, and the database', async () => {
      const store = suite.client().store({ tablePrefix: 'not_there_' })
      await expect(store.ready()).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_CONFIGURATION',
        message: expect.stringMatching(/0001-initial.*not_there_keys.*database "\w+".*migrate\(\)/s),
      })
    })

    test('says what to do where nothing listens', async () => {
      const { port, url } = suite.server()
      const store = suite.client({ url: url.replace(String(port), '1') }).store()
      await expect(store.ready()).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        message: expect.stringMatching(/ECONNREFUSED.*Nothing listens there/s),
      })
    })

    test('says what to do when there is no such database', async () => {
      const url = new URL(suite.server().url)
      url.pathname = '/missing'
      await expect(suite.client({ url: url.href }).store().ready()).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        message: expect.stringMatching(/missing.*The database does not exist/s),
      })
    })
  })

  describe('rights', () => {
    const granted = rightsOfTheGuide()

    test('the guide lists what is tried, for every table', () => {
      const tried = Object.entries(rights).map(([table, needed]) => [table, [...needed].toSorted()] as const)
      expect(Object.fromEntries(granted)).toEqual(Object.fromEntries(tried))
    })

    test('what the guide lists suffices for everything, and of each that is missing ready() names right and table', async () => {
      const owner = suite.client()
      await emptied(owner, owner.store())
      const name = 'claviger_least'
      const url = await grants.createUser(name)
      onTestFinished(() => grants.dropUser(name))
      for (const [table, needed] of granted) {
        for (const right of needed) await grants.grant(name, right, `claviger_${table}`)
      }
      await doesEverything(suite.client({ url }).store())
      for (const [table, needed] of granted) {
        for (const right of needed) {
          await grants.revoke(name, right, `claviger_${table}`)
          await expect(suite.client({ url, maxConnections: 1 }).store().ready()).rejects.toMatchObject({
            code: 'ERR_CLAVIGER_CONFIGURATION',
            message: expect.stringMatching(new RegExp(`let this user ${right} in .*claviger_${table}\\b`)),
          })
          await grants.grant(name, right, `claviger_${table}`)
        }
      }
    }, 60_000)
  })
}

/** Calls whatever sends a statement of its own. */
export async function doesEverything(store: SqlStore): Promise<void> {
  const record = testRecord({ id: testKeyId(7) })
  const account = testServiceAccount()
  await store.ready()
  const actor = { type: 'user', id: 'ada' } as const
  const entry = {
    id: 'a1',
    workspaceId: 'ws_acme',
    at: start,
    actor,
    action: 'key.created',
    target: { type: 'key', id: record.id },
    before: null,
    after: null,
    origin: null,
  } as const
  const retry = {
    workspaceId: 'ws_acme',
    actor,
    idempotencyKey: 'k',
    requestHash: 'h',
    keyId: record.id,
    createdAt: start,
  }
  const writes = [
    insertKey(record),
    { type: 'serviceAccount', record: account, expectedRevision: 0 } as const,
    { type: 'idempotency', record: retry, expectedRevision: 0 } as const,
  ]
  expect(await store.commit(testChange({ writes, activity: [entry] }))).toMatchObject({ ok: true })
  expect(await store.commit(testChange({ writes, activity: [entry] }))).toMatchObject({ ok: false })
  expect(await store.commit(testChange({ writes: [updateKey(record, { name: 'Other' })] }))).toMatchObject({ ok: true })
  const usage = {
    workspaceId: 'ws_acme',
    keyId: record.id,
    version: 1,
    hour: start,
    requests: 2,
    allowed: 1,
    denied: { key_expired: 1 },
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: start,
  }
  for (const sequence of [1, 2]) await store.addUsage({ instanceId: 'i', sequence, entries: [usage] })
  const found = await store.find([record.id])
  expect(found.get(record.id)).toMatchObject({ name: 'Other', lastUsedAt: start })
  const page = { workspaceId: 'ws_acme', at: start, limit: 10 }
  for (const search of [undefined, 'Oth']) {
    expect((await store.list({ ...page, ...(search && { search }) })).items).toHaveLength(1)
  }
  expect((await store.services({ workspaceId: 'ws_acme', limit: 1 })).items).toHaveLength(1)
  expect((await store.activity({ workspaceId: 'ws_acme', limit: 1, targetId: record.id })).items).toHaveLength(1)
  for (const bucket of ['hour', 'day', 'total'] as const) {
    for (const keyId of [undefined, record.id]) {
      const range = { workspaceId: 'ws_acme', from: start - hourMs, to: start + 24 * hourMs, bucket }
      expect(await store.usage({ ...range, ...(keyId && { keyId }) })).toMatchObject([{ requests: 4 }])
    }
  }
  const key = { workspaceId: 'ws_acme', keyId: record.id }
  for (const version of [1, 2]) {
    await store.addCallers([{ ...key, version, network: null, agent: 'node', lastUsedAt: start }])
  }
  expect(await store.callers(key)).toMatchObject([{ version: 1 }, { version: 2 }])
  const range = { workspaceId: 'ws_acme', from: start - 24 * hourMs, to: start + 24 * hourMs, limit: 5 }
  expect(await store.busiest(range)).toMatchObject({ keys: [{ keyId: record.id }] })
  expect(await store.marks(new Map([['product', 'acme']]))).toEqual(new Map([['product', 'acme']]))
  expect(await store.marks(new Map())).toEqual(new Map([['product', 'acme']]))
  const { head } = await store.poll(null)
  expect((await store.poll(head)).changes).toEqual([])
  const revoked = { ...record, revision: 3, name: 'Other', revokedAt: start }
  const revocation = { type: 'key', record: revoked, expectedRevision: 2 } as const
  expect(await store.commit(testChange({ writes: [revocation] }))).toMatchObject({ ok: true })
  const limits = {
    revokedKeysBefore: start + 1,
    deletedServiceAccountsBefore: start + 1,
    activityBefore: start + 1,
    idempotencyBefore: start + 1,
    usageBefore: start + 48 * hourMs,
  }
  while ((await store.purge(limits)) === 'more');
  expect(await store.find([record.id])).toEqual(new Map())
  expect(await store.callers(key)).toEqual([])
  await store.close()
}

/** The table in the guide: rights by table. */
function rightsOfTheGuide(): ReadonlyMap<string, readonly string[]> {
  const guide = readFileSync(new URL('../../../../docs/guides/sql.md', import.meta.url), 'utf8')
  const [, section = ''] = /## Rights\n([^]*?)\n## /.exec(guide) ?? []
  const quoted = (text = ''): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)
  return new Map(
    [...section.matchAll(/^\| (`select`[^|]*) \| ([^|]*) \|$/gm)].flatMap(([, needed, tables]) =>
      quoted(tables).map((table) => [table, quoted(needed).toSorted()] as const),
    ),
  )
}

async function everyRow(run: (sql: string) => Promise<Record<string, unknown>[]>): Promise<unknown> {
  const rows: Record<string, unknown> = {}
  for (const table of Object.keys(rights)) {
    const found = await run(`select * from claviger_${table}`)
    rows[table] = found.map((row) => JSON.stringify(row)).toSorted()
  }
  return rows
}
