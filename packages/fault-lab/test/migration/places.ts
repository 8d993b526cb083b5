import { createRequire } from 'node:module'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  migrationSql,
  mysqlStore,
  nodeSqlite,
  postgresStore,
  sqliteStore,
  type SqlDialectName,
} from '@claviger/store-sql'
import { startMariadb, startPostgres } from '@claviger/test-servers'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'
import type { StoreSetUp } from '../../src/protocol.ts'

/** A database that is migrated. */
export interface MigrationPlace {
  readonly name: string
  readonly kind: Exclude<StoreSetUp['kind'], 'redis'>
  start(): Promise<{ readonly url: string; stop(): Promise<void> } | undefined>
  /** In code. Gives the names of what was applied. */
  migrate(url: string): Promise<readonly string[]>
  /** As a tool of the host does: a text, on a connection of its own. */
  run(url: string, text: string): Promise<void>
  readonly dialect: SqlDialectName
}

const { DatabaseSync } = sqliteOfNode() ?? {}

async function fileAlone(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-lab-'))
  return { url: join(folder, 'keys.sqlite'), stop: async () => rmSync(folder, { recursive: true, force: true }) }
}

/** Every database with tables, and every way to open it that runs here. */
export const migrationPlaces: readonly MigrationPlace[] = [
  {
    name: 'PostgreSQL',
    kind: 'postgres',
    dialect: 'postgres',
    start: startPostgres,
    async migrate(url) {
      const pool = new pg.Pool({ connectionString: url })
      return closing(pool, () => postgresStore(pool).migrate())
    },
    async run(url, text) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await closing(client, () => client.query(text))
    },
  },
  {
    name: 'MariaDB',
    kind: 'mariadb',
    dialect: 'mysql',
    start: startMariadb,
    async migrate(url) {
      const pool = createPool(url)
      return closing(pool.promise(), () => mysqlStore(pool).migrate())
    },
    async run(url, text) {
      const pool = createPool({ uri: url, multipleStatements: true, connectionLimit: 1 }).promise()
      await closing(pool, () => pool.query(text))
    },
  },
  {
    name: 'SQLite (libsql)',
    kind: 'sqlite',
    dialect: 'sqlite',
    start: fileAlone,
    async migrate(url) {
      const file = new Database(url)
      return sqliteStore(file)
        .migrate()
        .finally(() => file.close())
    },
    async run(url, text) {
      const file = new Database(url)
      file.pragma('busy_timeout = 5000')
      file.exec(text)
      file.close()
    },
  },
  ...(DatabaseSync === undefined
    ? []
    : [
        {
          name: 'SQLite (node:sqlite)',
          kind: 'sqlite' as const,
          dialect: 'sqlite' as const,
          start: fileAlone,
          async migrate(url: string) {
            const file = new DatabaseSync(url)
            return sqliteStore(nodeSqlite(file))
              .migrate()
              .finally(() => file.close())
          },
          async run(url: string, text: string) {
            const file = new DatabaseSync(url)
            file.exec('pragma busy_timeout = 5000')
            file.exec(text)
            file.close()
          },
        },
      ]),
]

/** What came after the first version. */
export function textOf(place: MigrationPlace, options: { readonly transaction?: boolean } = {}): string {
  return migrationSql(place.dialect, { after: 1, ...options })
}

/** Ends a client after it did its work, whatever came of that. */
async function closing<T>(client: { end(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await client.end()
  }
}

/** Node 22.13 and later have it. */
function sqliteOfNode(): { readonly DatabaseSync: new (path: string) => NodeDatabase } | undefined {
  try {
    return createRequire(import.meta.url)('node:sqlite') as ReturnType<typeof sqliteOfNode>
  } catch {
    return undefined
  }
}

type NodeDatabase = Parameters<typeof nodeSqlite>[0] & { exec(text: string): void; close(): void }
