import { createRequire } from 'node:module'
import type { KeyStore } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { nodeSqlite, sqliteStore } from '@claviger/store-sql'

/** A store, and where it keeps keys. */
export interface Opened {
  readonly store: KeyStore
  /** In words, for the one who started it. */
  readonly where: string
  /** Closes the file: after the keyring. */
  close(): void
}

const require = createRequire(import.meta.url)

/**
 * Opens a SQLite file: with `node:sqlite` of Node 22 and later, else with `libsql` where it could be
 * installed. Without both, keys are kept in memory.
 */
export async function openStore(file: string): Promise<Opened> {
  const database = openSqlite(file)
  if (database === undefined) return { store: memoryStore(), where: 'memory, until the process ends', close: () => {} }
  const store = sqliteStore(database.handle)
  await store.migrate()
  return { store, where: file, close: () => database.handle.close?.() }
}

type Handle = Parameters<typeof sqliteStore>[0] & { close?: () => void }

function openSqlite(file: string): { readonly handle: Handle } | undefined {
  const native = loaded(() => require('node:sqlite')) as
    | { DatabaseSync: new (file: string) => Parameters<typeof nodeSqlite>[0] }
    | undefined
  if (native !== undefined) return { handle: nodeSqlite(new native.DatabaseSync(file)) }
  const Database = loaded(() => require('libsql')) as (new (file: string) => Handle) | undefined
  return Database === undefined ? undefined : { handle: new Database(file) }
}

function loaded(load: () => unknown): unknown {
  try {
    return load()
  } catch {
    return undefined
  }
}
