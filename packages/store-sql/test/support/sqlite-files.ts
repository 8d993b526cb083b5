import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { type NodeSqliteDatabase, nodeSqlite, type SqliteDatabase } from '../../src/index.ts'

/** A way to open SQLite files. */
export interface SqliteDriver {
  readonly name: string
  open(file: string): OpenSqlite
}

/** An open handle, as a store takes it and as a test closes it. */
export interface OpenSqlite {
  readonly database: SqliteDatabase
  run(sql: string, ...parameters: (string | number)[]): unknown
  close(): void
}

const libsql: SqliteDriver = {
  name: 'libsql',
  open(file) {
    const database = new Libsql(file)
    return {
      database,
      run(sql, ...parameters) {
        // A statement with rows that is only run stays open until it is collected as garbage, and no commit passes it.
        const statement = database.prepare(sql)
        return statement.reader ? statement.all(parameters) : statement.run(parameters)
      },
      close: () => void database.close(),
    }
  },
}

type DatabaseSync = new (file: string) => NodeSqliteDatabase & { close(): void }

/** Every driver the running Node has. */
export const sqliteDrivers: readonly SqliteDriver[] = [libsql, ...nodeDriver()]

function nodeDriver(): SqliteDriver[] {
  const DatabaseSync = nodeDatabase()
  if (DatabaseSync === undefined) return []
  return [
    {
      name: 'node:sqlite',
      open(file) {
        const database = new DatabaseSync(file)
        return {
          database: nodeSqlite(database),
          run: (sql, ...parameters) => database.prepare(sql).run(...parameters),
          close: () => database.close(),
        }
      },
    },
  ]
}

function nodeDatabase(): DatabaseSync | undefined {
  try {
    return (createRequire(import.meta.url)('node:sqlite') as { DatabaseSync: DatabaseSync }).DatabaseSync
  } catch {
    return undefined
  }
}

/** A file of its own, and what removes it. */
export function sqliteFile(): { readonly file: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-sqlite-'))
  return {
    file: join(directory, 'keys.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
