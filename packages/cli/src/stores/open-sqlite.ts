import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { nodeSqlite, type NodeSqliteDatabase, type SqliteDatabase, sqliteStore } from '@claviger/store-sql'
import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'
import { type Driver, driverOf, exportOf, ownDriver } from './drivers.ts'
import type { OpenStore, OpenStoreOptions } from './open-store.types.ts'

interface Handle {
  readonly database: SqliteDatabase
  close(): void
}

/**
 * Opens a SQLite file, with `libsql` or `better-sqlite3` of the project, else with the SQLite of Node (22.13 and later),
 * else with the `libsql` that is installed beside the command line.
 */
export async function openSqlite(io: Io, file: string, options: OpenStoreOptions): Promise<OpenStore> {
  const shown = shownFile(io, file)
  if (!options.mayCreate && !existsSync(file)) {
    throw new CliError('unreachable', 'store_missing', `There is no file ${shown}.`, 'Make it: npx claviger migrate.')
  }
  const handle = await opened(io, file, shown, options.directory)
  const store = sqliteStore(handle.database, { busyTimeoutMs: 5_000, ...options.storeOptions })
  return {
    store,
    place: `sqlite:${shown}`,
    dialect: 'sqlite',
    migrate: () => store.migrate(),
    close: async () => handle.close(),
  }
}

/** Opens a file of another program, which must be there. */
export async function openSqliteHandle(
  io: Io,
  file: string,
  directory: string,
): Promise<Handle & { readonly shown: string }> {
  const shown = shownFile(io, file)
  if (!existsSync(file))
    throw new CliError('unreachable', 'file_missing', `There is no file ${shown}.`, 'Check the path.')
  return { ...(await opened(io, file, shown, directory)), shown }
}

function shownFile({ cwd }: Pick<Io, 'cwd'>, file: string): string {
  return relative(cwd, file).startsWith('..') ? file : relative(cwd, file)
}

async function opened(io: Io, file: string, shown: string, directory: string): Promise<Handle> {
  const attempts: readonly (() => Promise<Handle | undefined>)[] = [
    async () => handleOf(await driverOf(io, directory, 'libsql'), file, shown),
    async () => handleOf(await driverOf(io, directory, 'better-sqlite3'), file, shown),
    async () => nodeHandle(await ownDriver(io, 'node:sqlite'), file, shown),
    async () => handleOf(await ownDriver(io, 'libsql'), file, shown),
  ]
  for (const attempt of attempts) {
    const handle = await attempt()
    if (handle !== undefined) return handle
  }
  throw new CliError(
    'usage',
    'driver_missing',
    'SQLite needs Node 22.13 or later, or the package libsql, which is not installed.',
    'npm install libsql.',
  )
}

function handleOf(driver: Driver | undefined, file: string, shown: string): Handle | undefined {
  if (driver === undefined) return undefined
  const Database = exportOf(driver, 'default', 'Database') as new (file: string) => SqliteDatabase & { close(): void }
  try {
    const database = opening(shown, () => new Database(file))
    return { database, close: () => database.close() }
  } catch (error) {
    // Its native part is for another system, or was not built.
    if (error instanceof CliError) throw error
    return undefined
  }
}

function nodeHandle(driver: Driver | undefined, file: string, shown: string): Handle | undefined {
  if (driver === undefined) return undefined
  const Database = exportOf(driver, 'DatabaseSync') as new (file: string) => NodeSqliteDatabase & { close(): void }
  const database = opening(shown, () => new Database(file))
  return { database: nodeSqlite(database), close: () => database.close() }
}

function opening<Value>(shown: string, open: () => Value): Value {
  try {
    return open()
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (!/unable to open|cannot open|SQLITE_CANTOPEN|directory does not exist|not a database/i.test(message))
      throw error
    throw new CliError('unreachable', 'store_unreachable', `${shown} cannot be opened: ${message}.`, 'Check the path.')
  }
}
