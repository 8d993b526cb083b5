import { onTestFinished } from 'vitest'
import { type SqlStore, type SqliteStoreOptions, sqliteStore } from '../../src/index.ts'
import { type OpenSqlite, sqliteDrivers, sqliteFile } from './sqlite-files.ts'

/** A migrated store on a file of its own, for one test. */
export interface SqliteFixture {
  readonly file: string
  readonly store: SqlStore
  readonly handle: OpenSqlite
  /** Another handle on the file, as another process has one. */
  open(): OpenSqlite
}

export async function sqliteFixture(options: SqliteStoreOptions & { wal?: boolean } = {}): Promise<SqliteFixture> {
  const { wal = true, ...storeOptions } = options
  const { file, remove } = sqliteFile()
  const handles: OpenSqlite[] = []
  const open = (): OpenSqlite => {
    const handle = defaultDriver().open(file)
    handles.push(handle)
    return handle
  }
  const handle = open()
  if (wal) handle.run('pragma journal_mode = wal')
  const store = sqliteStore(handle.database, storeOptions)
  await store.migrate()
  onTestFinished(async () => {
    await store.close()
    for (const one of handles) one.close()
    remove()
  })
  return { file, store, handle, open }
}

export function defaultDriver(): (typeof sqliteDrivers)[number] {
  const [driver] = sqliteDrivers
  if (driver === undefined) throw new Error('There is no SQLite driver.')
  return driver
}
