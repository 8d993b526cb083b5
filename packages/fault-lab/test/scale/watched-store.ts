import type { KeyStore } from '@claviger/core/store'
import { mysqlStore, postgresStore, sqliteStore } from '@claviger/store-sql'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'
import type { StoreSetUp } from '../../src/protocol.ts'
import { openStore } from '../../src/stores.ts'

/** A store whose statements can be looked at. */
export interface WatchedStore {
  readonly store: KeyStore
  /** Carries work out, and gives the plan of each different statement that read or changed rows. None on Redis. */
  plansOf(work: () => Promise<unknown>): Promise<readonly string[]>
  /**
   * Carries work out, and says how many steps SQLite has made for it: it counts no rows. A row takes about ten to twenty. Undefined
   * on databases that count rows.
   */
  readonly stepsOf: ((work: () => Promise<unknown>) => Promise<number>) | undefined
  /** Resolves when what was read until now is in the database's own counts. */
  settle(): Promise<void>
  close(): Promise<void>
}

/**
 * What a plan says when a whole table or index of keys, reminders or lines is read, or when more than a few rows are sorted.
 * What caches follow has one row.
 */
export const readsAll: Readonly<Record<StoreSetUp['kind'], RegExp>> = {
  redis: /$^/,
  postgres: /Seq Scan on claviger_(?:keys|reminders|activity)|Sort +\(cost=\S+ rows=\d{4,}/,
  mariadb: /^(?:claviger_(?:keys|reminders|activity)\S*|numbered|entry) (?:ALL|index) |filesort/m,
  sqlite: /SCAN (?:claviger_(?:keys|reminders|activity)|entry)|TEMP B-TREE/,
}

/** Opens a store as a host does, with a look at what it sends. */
export function watchedStore({ kind, url }: StoreSetUp): WatchedStore {
  if (kind === 'redis') {
    const plansOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
      await work()
      return []
    }
    return { ...openStore({ kind, url }, 10_000), plansOf, stepsOf: undefined, settle: async () => {} }
  }
  if (kind === 'postgres') return watchedPostgres(url)
  return kind === 'mariadb' ? watchedMariadb(url) : watchedSqlite(url)
}

type Sent = Map<string, readonly unknown[]>

async function explained(
  sent: Sent,
  work: () => Promise<unknown>,
  explain: (sql: string, parameters: readonly unknown[]) => Promise<string>,
): Promise<readonly string[]> {
  sent.clear()
  await work()
  const plans: string[] = []
  for (const [sql, parameters] of sent) {
    if (/^\s*(?:select|update|delete)\b/.test(sql)) plans.push(await explain(sql, parameters))
  }
  return plans
}

const connections = 4

function watchedPostgres(url: string): WatchedStore {
  const sent: Sent = new Map()
  const pool = new pg.Pool({ connectionString: url, max: connections })
  const own = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<pg.QueryResult>
    const told = (sql: string, parameters: readonly unknown[], ...rest: unknown[]): Promise<pg.QueryResult> => {
      sent.set(sql, parameters)
      return query(sql, parameters, ...rest)
    }
    Object.assign(client, { query: told })
  })
  return {
    store: postgresStore(pool),
    plansOf: (work) =>
      explained(sent, work, async (sql, parameters) => {
        const { rows } = await own.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, [...parameters])
        return rows.map((row) => row['QUERY PLAN']).join('\n')
      }),
    stepsOf: undefined,
    async settle() {
      const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
      for (const client of clients) await client.query('select pg_stat_force_next_flush()')
      for (const client of clients) client.release()
    },
    close: async () => void (await Promise.all([pool.end(), own.end()])),
  }
}

function watchedMariadb(url: string): WatchedStore {
  const sent: Sent = new Map()
  const pool = createPool({ uri: url, connectionLimit: 4 })
  const own = createPool({ uri: url, connectionLimit: 1 }).promise()
  const told: Parameters<typeof mysqlStore>[0] = {
    getConnection: (callback) =>
      pool.getConnection((error, connection) =>
        callback(error, {
          query(options, values, answered) {
            sent.set(options.sql, values)
            return connection.query({ ...options }, values, answered)
          },
          release: () => connection.release(),
          destroy: () => connection.destroy(),
        }),
      ),
  }
  return {
    store: mysqlStore(told),
    plansOf: (work) =>
      explained(sent, work, async (sql, parameters) => {
        const [rows] = await own.query(`explain ${sql}`, [...parameters])
        return (rows as Record<string, unknown>[])
          .map((row) => ['table', 'type', 'key', 'Extra', 'rows'].map((name) => row[name]).join(' '))
          .join('\n')
      }),
    stepsOf: undefined,
    settle: async () => {},
    close: async () => void (await Promise.all([pool.promise().end(), own.end()])),
  }
}

function watchedSqlite(url: string): WatchedStore {
  const sent: Sent = new Map()
  const database = new Database(url)
  database.pragma('journal_mode = wal')
  const steps = { areCounted: false, made: 0 }
  const stepsIn = (sql: string): number => {
    const [row] = database.prepare('select coalesce(sum(nstep), 0) as steps from sqlite_stmt where sql = ?').all([sql])
    return (row as { readonly steps: number }).steps
  }
  const told: Parameters<typeof sqliteStore>[0] = {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      sent.set(sql, [])
      const statement = database.prepare(sql)
      if (!steps.areCounted) return statement
      return {
        reader: statement.reader,
        all(parameters) {
          const before = stepsIn(sql)
          const rows = statement.all(parameters)
          steps.made += stepsIn(sql) - before
          return rows
        },
        run: (parameters) => statement.run(parameters),
      }
    },
  }
  return {
    store: sqliteStore(told),
    plansOf: (work) =>
      explained(sent, work, async (sql) => {
        // What was asked for is not bound: the plan does not depend on it.
        const rows = database.prepare(`explain query plan ${sql}`).all([]) as { readonly detail: string }[]
        return rows.map(({ detail }) => detail).join('\n')
      }),
    async stepsOf(work) {
      Object.assign(steps, { areCounted: true, made: 0 })
      await work()
      steps.areCounted = false
      return steps.made
    },
    settle: async () => {},
    close: async () => void database.close(),
  }
}
