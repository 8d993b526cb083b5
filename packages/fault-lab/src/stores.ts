import type { KeyStore } from '@claviger/core/store'
import { redisStore } from '@claviger/store-redis'
import { mysqlStore, postgresStore, sqliteStore } from '@claviger/store-sql'
import { Redis } from 'ioredis'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'
import type { StoreSetUp } from './protocol.ts'

/** A store and the clients under it. */
export interface OpenStore {
  readonly store: KeyStore
  close(): Promise<void>
}

/** Opens a database the way the guides recommend to hosts. */
export function openStore({ kind, url, busUrl = url }: StoreSetUp, commandTimeoutMs = 1_000): OpenStore {
  if (kind === 'redis') {
    const options = { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: commandTimeoutMs }
    const client = new Redis(url, { ...options, enableOfflineQueue: true })
    const subscriber = new Redis(busUrl, { ...options, enableOfflineQueue: true })
    for (const each of [client, subscriber]) each.on('error', () => {})
    const disconnect = async (): Promise<void> => {
      for (const each of [client, subscriber]) each.disconnect()
    }
    return { store: redisStore(client, { subscriber, commandTimeoutMs }), close: disconnect }
  }
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 1_000 })
    pool.on('error', () => {})
    return { store: postgresStore(pool), close: () => pool.end() }
  }
  if (kind === 'sqlite') {
    const database = new Database(url)
    database.pragma('journal_mode = wal')
    return { store: sqliteStore(database), close: async () => void database.close() }
  }
  const pool = createPool({ uri: url, connectionLimit: 4, connectTimeout: 1_000 })
  return { store: mysqlStore(pool), close: () => pool.promise().end() }
}
