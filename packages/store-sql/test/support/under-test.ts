import type { StoreUnderTest } from '@claviger/testing'
import { type SqlStore, type ServerStoreOptions, sqliteStore } from '../../src/index.ts'
import { type OpenSqlite, type SqliteDriver, sqliteFile } from './sqlite-files.ts'
import { until } from './until.ts'

/** A client of a database server, as one process has it. */
export interface ServerClient {
  store(options?: ServerStoreOptions): SqlStore
  /** Runs a statement of the test's own; parameters are question marks. */
  run(sql: string, ...parameters: (string | number)[]): Promise<Record<string, unknown>[]>
  end(): Promise<void>
}

/** A store whose server can be demoted, and whose data can be taken away. */
export interface HookedStore extends StoreUnderTest {
  demote(): Promise<() => Promise<void>>
  lose(): Promise<void>
}

/** The hooks of the contract, for harnesses that have them. */
export const hooks = {
  demote: (made: HookedStore): Promise<() => Promise<void>> => made.demote(),
  lose: (made: HookedStore): Promise<void> => made.lose(),
}

/** How a server is made to refuse writes, and to take them again. */
export interface Demotion {
  readonly demote: readonly string[]
  readonly promote: readonly string[]
  /** Selects a row with `demoted`, 1 or 0, as a new session sees it. */
  readonly shown: string
}

/** A store on a file of its own, and others on the same file through handles of their own. */
export async function sqliteUnderTest(driver: SqliteDriver): Promise<HookedStore> {
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
    // No one can write while another process, suspended say, holds the file's lock.
    demote: async () => {
      const holder = connect()
      holder.database.exec('begin immediate')
      return async () => void holder.database.exec('rollback')
    },
    lose: async () => {
      for (const table of ['head', 'changes', 'keys']) first.run(`drop table claviger_${table}`)
    },
    close: async () => {
      await store.close()
      for (const handle of open) handle.close()
      remove()
    },
  }
}

/** A store on emptied tables of a server, and others on the same tables through pools of their own. */
export async function serverUnderTest(connect: () => ServerClient, demotion: Demotion): Promise<HookedStore> {
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
    demote: async () => {
      const set = async (statements: readonly string[], isDemoted: boolean): Promise<void> => {
        for (const statement of statements) await client.run(statement)
        // A server may take its time to read its settings again.
        await until(async () => Number((await client.run(demotion.shown))[0]?.demoted) === Number(isDemoted))
      }
      await set(demotion.demote, true)
      return () => set(demotion.promote, false)
    },
    // As an operator does who thinks of another database.
    lose: async () => {
      await client.run('update claviger_head set store_id = ?', crypto.randomUUID())
      for (const table of filled) await client.run(`delete from claviger_${table}`)
    },
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
  'marks',
  'reminders',
  'activity_lines',
  'followers',
  'callers',
])

/** Tables as migrations leave them. To make them again would take long. */
export async function emptied({ run }: Pick<ServerClient, 'run'>, store: SqlStore): Promise<void> {
  await store.migrate()
  for (const table of filled) await run(`delete from claviger_${table}`)
  await run('delete from claviger_changes where epoch > 0')
  await run(
    `update claviger_head set epoch = 0, nonce = (select nonce from claviger_changes), store_id = ?`,
    crypto.randomUUID(),
  )
}
