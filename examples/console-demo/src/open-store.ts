import { createRequire } from 'node:module'
import type { KeyStore } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { nodeSqlite, sqliteStore } from '@claviger/store-sql'

/** A store, and where it keeps keys. */
export interface Opened {
  readonly store: KeyStore
  /** Whether keys are there when the process starts again. */
  readonly isKept: boolean
  /** In words, for the one who started it. */
  readonly where: string
  /** Closes the file: after the keyring. */
  close(): void
}

const require = createRequire(import.meta.url)

/**
 * Opens a SQLite file: with `node:sqlite` of Node 22.13 and later, else with `libsql` where it could be installed.
 * Without both, keys are kept in memory.
 */
export async function openStore(file: string): Promise<Opened> {
  const opened = withNode(file) ?? withLibsql(file)
  if (opened === undefined) return inMemory()
  const store = sqliteStore(opened.handle)
  await store.migrate()
  return { store, isKept: true, where: `${file} (${opened.with})`, close: opened.close }
}

/** A store that ends with the process. */
export function inMemory(): Opened {
  return { store: memoryStore(), isKept: false, where: 'memory, until the process ends', close: () => {} }
}

interface Database {
  readonly handle: Parameters<typeof sqliteStore>[0]
  readonly with: string
  readonly close: () => void
}

function withNode(file: string): Database | undefined {
  type NodeSqlite = { DatabaseSync: new (file: string) => Parameters<typeof nodeSqlite>[0] & { close(): void } }
  const native = loaded(() => require('node:sqlite') as NodeSqlite)
  if (native === undefined) return undefined
  const database = new native.DatabaseSync(file)
  return {
    handle: nodeSqlite(database),
    with: `node:sqlite of Node ${process.versions.node}`,
    close: () => database.close(),
  }
}

function withLibsql(file: string): Database | undefined {
  type Libsql = new (file: string) => Parameters<typeof sqliteStore>[0] & { close(): void }
  const Libsql = loaded(() => require('libsql') as Libsql)
  if (Libsql === undefined) return undefined
  const database = new Libsql(file)
  return { handle: database, with: 'libsql', close: () => database.close() }
}

function loaded<Module>(load: () => Module): Module | undefined {
  try {
    return load()
  } catch {
    return undefined
  }
}
