import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { postgresStore } from '../../src/index.ts'
import { doesEverything } from '../suites/readiness.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)

let prefixes = 0

function poolWith(options: pg.PoolConfig & { readonly binary?: boolean }): pg.Pool {
  const pool = new pg.Pool({ connectionString: postgres.server().url, max: 2, ...options })
  pool.on('error', () => undefined)
  onTestFinished(() => pool.end())
  return pool
}

function tablePrefix(): string {
  return `p${(prefixes += 1)}_`
}

/** Types as a host may read them. */
function typesThat(read: (oid: number, text: string) => unknown): pg.CustomTypesConfig {
  return { getTypeParser: (oid: number) => (text: string | Buffer) => read(oid, String(text)) }
}

postgres.describe('postgresStore takes', () => {
  test.each<[string, pg.PoolConfig & { readonly binary?: boolean }]>([
    ['binary answers', { binary: true }],
    ['a parser of its own for texts', { types: typesThat((oid, text) => (oid === 25 ? text.toUpperCase() : text)) }],
    ['a parser that makes buffers', { types: typesThat((_, text) => Buffer.from(text)) }],
    ['big integers as numbers', { types: typesThat((oid, text) => (oid === 20 ? Number(text) : text)) }],
    ['big integers as bigints', { types: typesThat((oid, text) => (oid === 20 ? BigInt(text) : text)) }],
    ['a parser that cuts integers', { types: typesThat((oid, text) => (oid === 20 ? Number(text) | 0 : text)) }],
    ['a parser that throws', { types: typesThat(() => JSON.parse('{')) }],
    ['binary answers and parsers', { binary: true, types: typesThat((_, text) => text.length) }],
    ['read only transactions by default, but not for us', { options: '-c default_transaction_isolation=serializable' }],
  ])('a pool with %s', async (_, options) => {
    const prefix = tablePrefix()
    const store = postgresStore(poolWith(options), { tablePrefix: prefix })
    await store.migrate()
    await doesEverything(store)
  })

  test('a parser for texts that was set for all clients', async () => {
    const before = pg.types.getTypeParser(25)
    pg.types.setTypeParser(25, (text) => JSON.stringify(text))
    onTestFinished(() => pg.types.setTypeParser(25, before as (text: string) => unknown))
    const store = postgresStore(poolWith({}), { tablePrefix: tablePrefix() })
    await store.migrate()
    await doesEverything(store)
  })

  test('a pool whose clients it gives back as they were', async () => {
    const pool = poolWith({ binary: true, max: 1 })
    const store = postgresStore(pool, { tablePrefix: tablePrefix() })
    await store.migrate()
    await store.ready()
    const client = await pool.connect()
    expect(Reflect.get(client, 'binary')).toBe(true)
    client.release()
  })
})

postgres.describe('ready() refuses', () => {
  test('connections that are read only by default, and says what to do', async () => {
    const prefix = tablePrefix()
    await postgresStore(poolWith({}), { tablePrefix: prefix }).migrate()
    const store = postgresStore(poolWith({ options: '-c default_transaction_read_only=on' }), { tablePrefix: prefix })
    await expect(store.ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringMatching(/read only.*Connect to the primary/s),
    })
  })

  test('tables in another schema than the one that is looked in, and names both', async () => {
    const pool = poolWith({})
    await pool.query('create schema auth')
    const store = postgresStore(pool, { schema: 'auth' })
    await store.migrate()
    await store.ready()
    await expect(postgresStore(pool).ready()).rejects.toMatchObject({
      message: expect.stringMatching(/no table "claviger_keys".*database "postgres", schema "public"/s),
    })
    await expect(postgresStore(pool, { schema: 'elsewhere' }).ready()).rejects.toMatchObject({
      message: expect.stringMatching(/no table "elsewhere"\."claviger_keys".*The option schema is "elsewhere"/s),
    })
  })

  test('a row that does not come back as it was written', async () => {
    const prefix = tablePrefix()
    const store = postgresStore(poolWith({}), { tablePrefix: prefix })
    await store.migrate()
    await poolWith({}).query(
      `create function cut() returns trigger language plpgsql as $$ begin new.owner_id = 'x'; return new; end $$;
       create trigger cut before insert on ${prefix}keys for each row execute function cut()`,
    )
    await expect(store.ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('A row of key was read as something else'),
    })
  })

  test('migrate() gives up on a migration elsewhere that hangs, with what happened', async () => {
    const other = await poolWith({}).connect()
    await other.query('begin')
    await other.query('select pg_advisory_xact_lock(7165916428119)')
    const store = postgresStore(poolWith({ options: '-c lock_timeout=50' }), { tablePrefix: tablePrefix() })
    onTestFinished(async () => {
      await other.query('rollback')
      other.release()
    })
    // What bounds the wait is a statement of the migration: seen here is that there is one.
    const statements: string[] = []
    const watched = poolWith({})
    watched.on('connect', (client) => {
      const query = client.query.bind(client) as (...sent: unknown[]) => Promise<unknown>
      Object.assign(client, {
        query: async (sql: string, ...rest: unknown[]) => {
          statements.push(sql)
          return query(sql.replace('60s', '50ms'), ...rest)
        },
      })
    })
    await expect(postgresStore(watched, { tablePrefix: tablePrefix() }).migrate()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      message: expect.stringContaining('lock timeout'),
    })
    expect(statements).toContain(`set local lock_timeout = '60s'`)
    await store.close()
  })
})
