import { serverOrSkip, startMariadb } from '@claviger/test-servers'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { createPool } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import { expect, onTestFinished, test } from 'vitest'
import { mysqlStore, type SqlStore } from '../../src/index.ts'
import { doesEverything } from '../suites/readiness.ts'

const mariadb = await serverOrSkip('MariaDB', startMariadb)
const record = testRecord({ name: `it's \\ "\u00fc" \u{1f511} \\' or 1=1 -- ` })

let prefixes = 0

async function roundTrip(store: SqlStore): Promise<void> {
  await store.migrate()
  await store.ready()
  expect(await store.commit(testChange({ writes: [insertKey(record)] }))).toMatchObject({ ok: true })
  expect((await store.find([record.id])).get(record.id)).toEqual(record)
  const { items } = await store.list({ workspaceId: 'ws_acme', at: 0, limit: 1, search: record.name })
  expect(items).toEqual([record])
}

function options(): { readonly tablePrefix: string } {
  return { tablePrefix: `c${(prefixes += 1)}_` }
}

mariadb.describe('mysqlStore takes', () => {
  test('a pool of mysql2/promise', async () => {
    const pool = createPromisePool(mariadb.server().url)
    onTestFinished(() => pool.end())
    await roundTrip(mysqlStore(pool, options()))
  })

  test.each([
    ['big numbers as texts', { supportBigNumbers: true, bigNumberStrings: true }],
    ['rows as arrays and no type casts', { rowsAsArray: true, typeCast: false }],
    ['another character set', { charset: 'latin1_swedish_ci' }],
    ['affected rows that are changed rows', { flags: ['-FOUND_ROWS'] }],
    ['named placeholders', { namedPlaceholders: true }],
    ['decimals as numbers', { decimalNumbers: true }],
    [
      'a cast of its own that reads null as 0',
      {
        typeCast: (field: { type: string; string(): string | null }, next: () => unknown) =>
          field.type === 'LONGLONG' ? Number(field.string()) : next(),
      },
    ],
    [
      'a cast of its own that reads texts as upper case',
      { typeCast: (field: { string(): string | null }) => field.string()?.toUpperCase() ?? null },
    ],
    ['dates as texts and JSON as texts', { dateStrings: true, jsonStrings: true }],
  ])('a pool with %s', async (_, poolOptions) => {
    const pool = createPool({ uri: mariadb.server().url, ...poolOptions })
    onTestFinished(() => pool.promise().end())
    const store = mysqlStore(pool, options())
    await roundTrip(store)
    // A silent write of what is stored changes no column but the count of writes.
    const same = testChange({ writes: [{ type: 'key', record, expectedRevision: 1 }], silent: true })
    expect(await store.commit(same)).toMatchObject({ ok: true })
  })

  // Where backslashes are not special, text that escapes them is open to injection.
  test('sessions in which backslashes escape nothing, or quotes mean identifiers', async () => {
    const pool = createPool({ uri: mariadb.server().url, connectionLimit: 1 })
    onTestFinished(() => pool.promise().end())
    await pool.promise().query(`set sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'`)
    await roundTrip(mysqlStore(pool, options()))
  })

  test.each([
    ['that refuse changes without a key', 'sql_safe_updates = 1'],
    ['in the mode of Oracle', "sql_mode = 'ORACLE'"],
    ['in the mode of Oracle, with quotes as identifiers', "sql_mode = 'ORACLE,ANSI_QUOTES,PIPES_AS_CONCAT'"],
    ['as strict as can be', "sql_mode = 'TRADITIONAL,ONLY_FULL_GROUP_BY,NO_UNSIGNED_SUBTRACTION'"],
    ['in the mode of ANSI', "sql_mode = 'ANSI'"],
    ['without a mode', "sql_mode = ''"],
  ])('sessions %s: everything works', async (_, setting) => {
    const pool = createPool({ uri: mariadb.server().url, connectionLimit: 2 })
    pool.on('connection', (connection) => connection.query(`set session ${setting}`))
    onTestFinished(() => pool.promise().end())
    const store = mysqlStore(pool, options())
    await store.migrate()
    await doesEverything(store)
  })

  test('no server that is read only, for a user who is bound by that', async () => {
    const pool = createPool({ uri: mariadb.server().url, connectionLimit: 1 })
    onTestFinished(() => pool.promise().end())
    const store = mysqlStore(pool, options())
    await store.migrate()
    await pool.promise().query('set global read_only = 1')
    onTestFinished(async () => void (await pool.promise().query('set global read_only = 0')))
    await expect(store.ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('Connect to the primary'),
    })
  })

  test('no session without autocommit: ready() says what to do', async () => {
    const pool = createPool({ uri: mariadb.server().url, connectionLimit: 1 })
    onTestFinished(() => pool.promise().end())
    const store = mysqlStore(pool, options())
    await store.migrate()
    await pool.promise().query('set autocommit = 0')
    await expect(store.ready()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION' })
  })
})
