import { ConfigurationError } from '@claviger/core/store'
import { createConnection as createMysqlConnection, createPool, createPoolCluster } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import { Redis } from 'ioredis'
import Libsql from 'libsql'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mysqlStore, nodeSqlite, postgresStore, sqliteStore } from '../../src/index.ts'

const work = (): never => {
  throw new Error('A store must not touch its client before it is used.')
}
/** An object with the members that mark a client of a library. */
const like = (...members: readonly string[]): object => Object.fromEntries(members.map((member) => [member, work]))
const functionLike = (...members: readonly string[]): object => Object.assign(() => {}, like(...members))

const uri = 'mysql://nobody:hunter2@127.0.0.1:1/none'
const libraries: readonly (readonly [named: RegExp, client: unknown])[] = [
  [/a text/, 'postgres://nobody:hunter2@localhost/none'],
  [/a URL/, new URL('postgres://nobody:hunter2@localhost/none')],
  [/a plain object/, { connectionString: 'postgres://nobody:hunter2@localhost/none' }],
  [/undefined/, undefined],
  [/null/, null],
  [/number/, 5],
  [/a promise/, Promise.resolve()],
  [/a function/, () => {}],
  [/Knex/, functionLike('raw', 'migrate', 'schema', 'select')],
  [/postgres\.js/, functionLike('unsafe', 'begin', 'listen', 'end')],
  [/Sequelize/, like('authenticate', 'define', 'queryInterface', 'query')],
  [/TypeORM/, like('createQueryRunner', 'initialize', 'connect', 'query', 'manager')],
  [/Drizzle/, like('$with', 'select', 'insert', '$client')],
  [/Prisma/, like('$connect', '$disconnect', '$queryRaw')],
  [/Kysely/, like('selectFrom', 'insertInto')],
  [/node-redis/, like('sendCommand', 'hGetAll', 'connect', 'duplicate')],
]

function refusalOf(make: () => unknown): ConfigurationError {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('It was taken.')
}

describe.each<[string, string, RegExp, (client: never) => unknown]>([
  ['postgresStore', 'pool', /postgresStore\((?:new Pool|postgresJs)\(/, postgresStore],
  ['mysqlStore', 'pool', /mysqlStore\(createPool\(/, mysqlStore],
  ['sqliteStore', 'database', /sqliteStore\(new Database\(/, sqliteStore],
])('%s', (_, option, line, make) => {
  test.each(libraries)('refuses %s at once, and says what to write', (named, client) => {
    const error = refusalOf(() => make(client as never))
    expect(error).toMatchObject({ option, code: 'ERR_CLAVIGER_CONFIGURATION' })
    expect(error.message).toMatch(named)
    expect(error.message).toMatch(line)
    expect(error.message).not.toContain('hunter2')
  })
})

describe('postgresStore refuses', () => {
  test.each<[RegExp, () => unknown]>([
    [/a pg Client, which is one connection/, () => new pg.Client()],
    [/a connection taken from a pg Pool/, () => like('query', 'connectionParameters', 'release', 'connect', 'on')],
    [/a class/, () => pg.Client],
    [/a mysql2 pool/, () => createPool(uri)],
    [/a SQLite handle/, () => new Libsql(':memory:')],
    [/ioredis/, () => new Redis({ lazyConnect: true })],
  ])('%s', (named, client) => {
    expect(refusalOf(() => postgresStore(client() as never)).message).toMatch(named)
  })

  test('nothing that is a pool, or a wrapper around one', () => {
    postgresStore(new pg.Pool())
    postgresStore({ connect: work })
  })
})

describe('mysqlStore refuses', () => {
  test.each<[RegExp, () => unknown]>([
    [/a pool of the mariadb package/, () => like('getConnection', 'importFile', 'query', 'execute')],
    [/a pool of the mysql package \(not mysql2\)/, () => like('getConnection', 'acquireConnection', 'query')],
    [/a mysql2 pool cluster/, () => createPoolCluster()],
    [/one connection/, connection],
    [/one connection/, () => connection().promise()],
    [/a pg Pool/, () => new pg.Pool()],
    [/a SQLite handle/, () => new Libsql(':memory:')],
  ])('%s', (named, client) => {
    expect(refusalOf(() => mysqlStore(client() as never)).message).toMatch(named)
  })

  function connection(): ReturnType<typeof createMysqlConnection> {
    const made = createMysqlConnection(uri)
    made.on('error', () => undefined)
    onTestFinished(() => made.destroy())
    return made
  }

  test('no pool of mysql2, with promises or without, and no wrapper', () => {
    mysqlStore(createPool(uri))
    mysqlStore(createPromisePool(uri))
    mysqlStore({ getConnection: work })
  })
})

describe('sqliteStore refuses', () => {
  test.each<[RegExp, object]>([
    [/node:sqlite.*sqliteStore\(nodeSqlite\(database\)\)/, like('prepare', 'exec', 'createSession', 'close')],
    [/sqlite3/, like('prepare', 'exec', 'each', 'configure', 'run', 'all')],
    [/sql\.js/, like('prepare', 'exec', 'getRowsModified', 'run')],
    [/@libsql\/client/, like('execute', 'batch', 'executeMultiple', 'transaction')],
  ])('%s', (named, client) => {
    expect(refusalOf(() => sqliteStore(client as never)).message).toMatch(named)
  })

  test('no handle, no adapter, and no wrapper', () => {
    sqliteStore(new Libsql(':memory:'))
    sqliteStore(nodeSqlite({ prepare: work, exec: work }))
    sqliteStore({ prepare: work, exec: work })
  })

  test('a handle whose statements do not say whether they give rows, when it is first used', async () => {
    const handle = { exec: () => undefined, prepare: () => ({ all: () => [], run: () => ({ changes: 0 }) }) }
    const store = sqliteStore(handle as never)
    for (const call of [() => store.ready(), () => store.migrate()]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION', option: 'database' })
    }
  })
})

describe('a pool that gives no connection', () => {
  test('hangs neither ready() nor migrate()', { timeout: 20_000 }, async () => {
    const store = postgresStore({ connect: () => new Promise(() => {}) }, { statementTimeoutMs: 50 })
    const late = {
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      message: expect.stringContaining('A connection did not come within'),
    }
    await Promise.all([
      expect(store.ready()).rejects.toMatchObject(late),
      expect(store.migrate()).rejects.toMatchObject(late),
    ])
  })
})
