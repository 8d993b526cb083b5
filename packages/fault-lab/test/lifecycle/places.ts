import type { KeyStore } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { sqliteStore } from '@claviger/store-sql'
import Database from 'libsql'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/stores.ts'
import type { LabDatabase } from '../databases.ts'

/** A store as two processes hold it. */
export interface Place {
  readonly stores: readonly [KeyStore, KeyStore]
  close(): Promise<void>
}

export async function inMemory(): Promise<Place> {
  const store = memoryStore()
  return { stores: [store.connect(), store.connect()], close: async () => {} }
}

export async function onSqlite(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'lab-'))
  const files = [new Database(join(directory, 'keys.db')), new Database(join(directory, 'keys.db'))] as const
  const stores = [sqliteStore(files[0]), sqliteStore(files[1])] as const
  await stores[0].migrate()
  return {
    stores,
    async close() {
      for (const file of files) file.close()
      rmSync(directory, { recursive: true })
    },
  }
}

export async function on({ kind, prepare }: LabDatabase, url: string): Promise<Place> {
  await prepare(url)
  const opened = [openStore({ kind, url }), openStore({ kind, url })] as const
  return {
    stores: [opened[0].store, opened[1].store],
    close: async () => void (await Promise.all(opened.map(({ close }) => close()))),
  }
}
