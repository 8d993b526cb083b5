import type { SqliteDatabase } from './handle.ts'

/** What is needed of a `DatabaseSync` of `node:sqlite`. */
export interface NodeSqliteDatabase {
  prepare(sql: string): NodeSqliteStatement
  exec(sql: string): unknown
}

/** What is needed of a `StatementSync` of `node:sqlite`. */
export interface NodeSqliteStatement {
  all(...parameters: (string | number | bigint | null)[]): unknown[]
  run(...parameters: (string | number | bigint | null)[]): {
    readonly changes: number | bigint
    readonly lastInsertRowid: number | bigint
  }
}

type Bindable = string | number | bigint | null

const adapters = new WeakMap<NodeSqliteDatabase, SqliteDatabase>()

/**
 * Makes a `DatabaseSync` of `node:sqlite` (Node 22.13 and later) fit `sqliteStore`. The same handle gives the same
 * adapter.
 *
 * @example
 * const store = sqliteStore(nodeSqlite(new DatabaseSync('keys.db')))
 */
export function nodeSqlite(database: NodeSqliteDatabase): SqliteDatabase {
  const known = adapters.get(database)
  if (known !== undefined) return known
  const adapter: SqliteDatabase = {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        reader: /^\s*(?:select|pragma)\b/i.test(sql),
        all: (parameters) => statement.all(...(parameters as Bindable[])),
        run: (parameters) => statement.run(...(parameters as Bindable[])),
      }
    },
  }
  adapters.set(database, adapter)
  return adapter
}
