import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord } from '@claviger/testing'
import pg from 'pg'
import postgres from 'postgres'
import { describe, expect, onTestFinished, test } from 'vitest'
import { postgresJs, postgresStore, type SqlStore } from '../../src/index.ts'
import { doesEverything } from '../suites/readiness.ts'

const server = await serverOrSkip('PostgreSQL', startPostgres)

let prefixes = 0

function clientWith(options: object = {}): postgres.Sql {
  const sql = postgres(server.server().url, { max: 2, onnotice: () => undefined, ...options })
  onTestFinished(() => sql.end({ timeout: 1 }))
  return sql
}

async function storeOn(sql: postgres.Sql): Promise<SqlStore> {
  const store = postgresStore(postgresJs(sql), { tablePrefix: `j${(prefixes += 1)}_` })
  await store.migrate()
  return store
}

server.describe('postgresStore takes', () => {
  test.each<[string, object]>([
    ['as it is', {}],
    ['big integers as bigints', { types: { bigint: postgres.BigInt } }],
    [
      'a type of its own for texts',
      { types: { text: { to: 25, from: [25], parse: () => 'x', serialize: () => 'y' } } },
    ],
    [
      'a type of its own for numbers',
      { types: { n: { to: 20, from: [20, 23, 1700], parse: Number, serialize: () => '7' } } },
    ],
    ['values that are changed', { transform: { value: { from: () => 'changed' } } }],
    ['names that are changed on the way in', { transform: { column: { to: postgres.fromCamel } } }],
    ['no prepared statements', { prepare: false }],
    ['no pipelining', { max_pipeline: 1 }],
    ['debugging', { debug: () => undefined }],
  ])('a client with %s', async (_, options) => {
    await doesEverything(await storeOn(clientWith(options)))
  })
})

server.describe('a connection', () => {
  test('that ends while it is taken, and idle, ends no process and is used no more', async () => {
    const sql = clientWith({ max: 1 })
    const store = await storeOn(sql)
    const pool = postgresJs(sql)
    const client = await pool.connect()
    const errors: unknown[] = []
    const note = (error: Error): void => void errors.push(error)
    client.on('error', note)
    const { rows } = await client.query('select pg_backend_pid() as pid', [])
    const admin = new pg.Client(server.server().url)
    await admin.connect()
    await admin.query('select pg_terminate_backend($1::int)', [(rows[0] as { readonly pid: string }).pid])
    await admin.end()
    await expect.poll(() => errors.length).toBe(1)
    await expect(client.query('select 1', [])).rejects.toThrow('has ended')
    client.removeListener('error', note)
    client.release()
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    expect(await store.find([testKeyId(1)])).toHaveProperty('size', 1)
  })

  test('is given back, and the client works on, when the store is closed', async () => {
    const sql = clientWith({ max: 1 })
    const store = await storeOn(sql)
    await store.ready()
    await store.close()
    expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
    await expect(store.ready()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })

  test('that is taken again is known again: one object for one connection', async () => {
    const pool = postgresJs(clientWith({ max: 1 }))
    const first = await pool.connect()
    first.release()
    const second = await pool.connect()
    expect(second).toBe(first)
    second.release()
  })

  test('that is in doubt is given back when the server has answered, outside of any transaction', async () => {
    const sql = clientWith({ max: 1 })
    const pool = postgresJs(sql)
    const client = await pool.connect()
    await client.query('start transaction', [])
    const asked = client.query('select pg_sleep(0.2)', [])
    client.release(true)
    await asked
    const [row] = await sql<{ now: Date; start: Date }[]>`select now() as now, statement_timestamp() as start`
    // In a transaction, now() is when it began.
    expect(Number(row?.start) - Number(row?.now)).toBeLessThan(100)
  })

  test('to a server that came back is made at once, however long it was away', async () => {
    const sql = clientWith()
    const store = await storeOn(sql)
    await server.server().kill()
    for (let calls = 0; calls < 12; calls += 1) await expect(store.poll(null)).rejects.toThrow()
    await server.server().restart()
    const from = performance.now()
    await expect.poll(() => store.poll(null).catch(() => null), { timeout: 10_000, interval: 20 }).not.toBeNull()
    expect(performance.now() - from).toBeLessThan(2_000)
  })

  test('with nothing listening says so', async () => {
    const sql = postgres('postgres://nobody@127.0.0.1:1/none')
    onTestFinished(() => sql.end({ timeout: 1 }))
    await expect(postgresStore(postgresJs(sql)).ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      message: expect.stringMatching(/ECONNREFUSED.*Nothing listens there/s),
    })
  })
})

describe('postgresJs refuses', () => {
  test.each<[string, RegExp, () => unknown]>([
    ['a pg Pool', /a pg Pool.*postgresStore\(pool\)/, () => new pg.Pool()],
    ['a text', /a text.*postgresJs\(postgres\(url\)\)/, () => 'postgres://nobody:hunter2@localhost/none'],
    ['the function that makes clients', /a function/, () => postgres],
    ['nothing', /undefined/, () => undefined],
    [
      'an old version',
      /3\.4 or later/,
      () => Object.assign(postgres('postgres://localhost/none'), { reserve: undefined }),
    ],
    [
      'renamed columns',
      /transform\.column\.from/,
      () => postgres('postgres://localhost/none', { transform: postgres.camel }),
    ],
    [
      'changed rows',
      /transform\.row\.from/,
      () => postgres('postgres://localhost/none', { transform: { row: { from: (row: object) => row } } }),
    ],
  ])('%s, and says what to write', (_, told, client) => {
    let error: unknown
    try {
      postgresJs(client() as never)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      option: 'pool',
      message: expect.stringMatching(told),
    })
    expect(String(error)).not.toContain('hunter2')
  })

  test('another version, when it is first used', async () => {
    const reserved = { unsafe: async () => [], typed: () => null, release: () => undefined }
    const sql = Object.assign(() => undefined, {
      unsafe: () => undefined,
      begin: () => undefined,
      listen: () => undefined,
      reserve: async () => reserved,
      options: { max: 1, transform: { column: { from: undefined }, row: { from: undefined } } },
    })
    await expect(postgresStore(postgresJs(sql as never)).ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('It works with 3.4'),
    })
  })
})

test('a client of postgres.js itself is refused by postgresStore, with the line to write', () => {
  const sql = postgres('postgres://localhost/none')
  expect(() => postgresStore(sql as never)).toThrow(
    /a client of postgres\.js\. Write postgresStore\(postgresJs\(sql\)\)/,
  )
})
