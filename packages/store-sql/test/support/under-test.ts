import type { StoreUnderTest } from '@claviger/testing'
import { type SqlStore, type ServerStoreOptions, sqliteStore } from '../../src/index.ts'
import { type OpenSqlite, type SqliteDriver, sqliteFile } from './sqlite-files.ts'

/** A client of a database server, as one process has it. */
export interface ServerClient {
  store(options?: ServerStoreOptions): SqlStore
  /** Runs a statement of the test's own; parameters are question marks. */
  run(sql: string, ...parameters: (string | number)[]): Promise<Record<string, unknown>[]>
  end(): Promise<void>
}

/** A store on a file of its own, and others on the same file through handles of their own. */
export async function sqliteUnderTest(driver: SqliteDriver): Promise<StoreUnderTest> {
  const { file, remove } = sqliteFile()
  const open = new Set<OpenSqlite>()
  const connect = (): OpenSqlite => {
    const handle = driver.open(file)
    open.add(handle)
    return handle
  }
  const first = connect()
  first.run('pragma journal_mode = wal')
  const store = sqliteStore(first.database)
  await store.migrate()
  return {
    store,
    second: async () => sqliteStore(connect().database),
    reopen: async () => {
      await store.close()
      first.close()
      open.delete(first)
      return sqliteStore(connect().database)
    },
    writeRaw: async (id, raw) => void first.run('update claviger_keys set record = ? where id = ?', raw, id),
    close: async () => {
      await store.close()
      for (const handle of open) handle.close()
      remove()
    },
  }
}

/** A store on emptied tables of a server, and others on the same tables through pools of their own. */
export async function serverUnderTest(connect: () => ServerClient): Promise<StoreUnderTest> {
  const clients = new Set<ServerClient>()
  const open = (): ServerClient => {
    const client = connect()
    clients.add(client)
    return client
  }
  const client = open()
  const store = client.store()
  await emptied(client, store)
  return {
    store,
    second: async () => open().store(),
    reopen: async () => {
      await store.close()
      await client.end()
      clients.delete(client)
      return open().store()
    },
    writeRaw: async (id, raw) => void (await client.run('update claviger_keys set record = ? where id = ?', raw, id)),
    close: async () => {
      await store.close()
      await Promise.all([...clients].map((one) => one.end()))
    },
  }
}

const filled = ['keys', 'service_accounts', 'idempotency', 'activity', 'usage_instances'].concat([
  'usage',
  'usage_days',
  'usage_totals',
  'usage_keys',
])

/** Tables as migrations leave them. To make them anew would take long. */
export async function emptied({ run }: Pick<ServerClient, 'run'>, store: SqlStore): Promise<void> {
  await store.migrate()
  for (const table of filled) await run(`delete from claviger_${table}`)
  await run('delete from claviger_changes where epoch > 0')
  await run(
    `update claviger_head set epoch = 0, nonce = (select nonce from claviger_changes), store_id = ?`,
    crypto.randomUUID(),
  )
}
