import { serverOrSkip, startMariadb } from '@claviger/test-servers'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Activity } from '@claviger/core/store'
import type { SqlStore } from '../../src/index.ts'
import { planned, plans, populationOf } from '../suites/plans.ts'
import { mysqlClient } from '../support/mysql.ts'

const imported: Activity = {
  id: 'line',
  workspaceId: 'ws_acme',
  at: 5,
  actor: { type: 'system', id: 'system' },
  action: 'key.imported',
  target: { type: 'key', id: 'k' },
  before: null,
  after: null,
  origin: null,
}

const mariadb = await serverOrSkip('MariaDB', startMariadb)

mariadb.describe('plans of MariaDB', () => {
  const sent: { readonly sql: string; readonly parameters: unknown[] }[] = []
  let client: ReturnType<typeof mysqlClient>
  let store: SqlStore

  beforeAll(async () => {
    client = mysqlClient(mariadb.server().url, {
      onStatement: (sql, parameters) => void sent.push({ sql, parameters: [...parameters] }),
    })
    store = client.store()
    await store.migrate()
    const words = {
      series: `(select seq as n from seq_0_to_${planned.rows - 1}) as s`,
      padded: `lpad(n, 13, '0')`,
      joined: (...texts: readonly string[]) => `concat(${texts.join(', ')})`,
    }
    for (const statement of populationOf(words)) await client.run(statement)
  }, 60_000)
  afterAll(() => client.end())

  const read = async (): Promise<number> => {
    const rows = await client.run(
      "show global status where Variable_name like 'Handler_read%' or Variable_name like 'Handler_icp%'",
    )
    // An entry that a condition on the index left out is in no other count.
    const signs: Readonly<Record<string, number>> = { Handler_icp_attempts: 1, Handler_icp_match: -1 }
    return rows.reduce((sum, row) => sum + (signs[String(row['Variable_name'])] ?? 1) * Number(row['Value']), 0)
  }

  test('a change that brings keys in reads as few rows among very many keys as among few', async () => {
    const bringIn = async (to: SqlStore, from: number): Promise<number> => {
      const numbers = Array.from({ length: 30 }, (_, index) => from + index)
      const writes = numbers.map((number) => insertKey(testRecord({ id: `${number}`.padStart(16, 'i') })))
      const activity = numbers.map((number) => ({ ...imported, id: `line-${number}` }))
      const before = await read()
      expect(await to.commit(testChange({ writes, activity }))).toMatchObject({ ok: true })
      return (await read()) - before
    }
    await client.run('create database few')
    const few = mysqlClient(mariadb.server().url.replace(/\/test$/, '/few'))
    try {
      const small = few.store()
      await small.migrate()
      // The first one meets tables that were not opened yet.
      for (const each of [store, small]) await bringIn(each, 0)
      const [amongMany, amongFew] = [await bringIn(store, 100), await bringIn(small, 100)]
      expect(amongMany).toBeLessThan(400)
      expect(Math.abs(amongMany - amongFew)).toBeLessThan(60)
    } finally {
      await few.end()
      await client.run('drop database few')
    }
  })

  test('a filter that matches very many keys reads a bounded number of entries', async () => {
    await store.list({ workspaceId: planned.workspaceId, at: planned.at, limit: 25 })
    sent.length = 0
    await store.list({ workspaceId: planned.workspaceId, at: planned.at, limit: 25, statuses: ['active', 'rotating'] })
    const before = await read()
    for (const { sql, parameters } of sent.slice()) await client.run(sql, ...(parameters as (string | number)[]))
    // Each of the two counts to 2 001 and stops; then come the first rows of the listing.
    expect((await read()) - before).toBeLessThan(12_000)
  })

  test('keys that were used in one hour are counted by reading each a few times', async () => {
    const range = { workspaceId: planned.workspaceId, from: 0, to: 5 * 86_400_000 }
    await store.busiest({ ...range, limit: 1 })
    const before = await read()
    expect((await store.busiest({ ...range, limit: 1 })).activeKeys).toBe(planned.rows)
    expect((await read()) - before).toBeLessThan(1.2 * planned.rows)
  })

  plans({
    store: () => store,
    // A derived table has no index, and a few rows.
    readsAll: /^claviger_\S+ (?:ALL|index) /m,
    async plansOf(work) {
      sent.length = 0
      await work()
      const found: string[] = []
      for (const { sql, parameters } of sent.slice()) {
        if (!/^\s*(?:select|delete)\b/.test(sql)) continue
        const rows = await client.run(`explain ${sql}`, ...(parameters as (string | number)[]))
        found.push(rows.map((row) => [row['table'], row['type'], row['key'], row['rows']].join(' ')).join('\n'))
      }
      return found
    },
  })
})
