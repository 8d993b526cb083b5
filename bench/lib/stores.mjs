import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/*
 * Every store as its guide says to open it, and beside each the driver's own read: the statement the store sends, its
 * rows parsed, and nothing else.
 */

/** Opens a store. `readOne` and `readMany` are the driver's own reads. */
export async function openStore(kind, url) {
  return openers[kind](url)
}

const openers = {
  async memory() {
    const { memoryStore } = await import('@claviger/store-memory')
    const store = memoryStore()
    const readMany = (ids) => store.find(ids)
    return { store, readOne: (id) => readMany([id]), readMany, close: async () => {} }
  },

  async redis(url) {
    const { Redis } = await import('ioredis')
    const { redisStore } = await import('@claviger/store-redis')
    const client = new Redis(url, { maxRetriesPerRequest: 0 })
    const names = (id) => [`{claviger}:key:${id}`, `{claviger}:last-used:${id}`]
    const readMany = async (ids) => {
      const texts = await client.mget(ids.flatMap(names))
      return texts.filter((text) => text?.startsWith('{')).map((text) => JSON.parse(text))
    }
    const close = async () => client.disconnect()
    return { store: redisStore(client), readOne: (id) => readMany([id]), readMany, close }
  },

  async postgres(url) {
    const { default: pg } = await import('pg')
    const { postgresStore } = await import('@claviger/store-sql')
    const pool = new pg.Pool({ connectionString: url, max: 10 })
    pool.on('error', () => {})
    const readMany = async (ids) => {
      const { rows } = await pool.query('select * from claviger_keys where id = any($1)', [ids])
      return rows.map(parsed)
    }
    return { store: postgresStore(pool), readOne: (id) => readMany([id]), readMany, close: () => pool.end() }
  },

  async mariadb(url) {
    const { createPool } = await import('mysql2')
    const { mysqlStore } = await import('@claviger/store-sql')
    const pool = createPool({ uri: url, connectionLimit: 10 })
    const promised = pool.promise()
    const readMany = async (ids) => {
      const [rows] = await promised.query('select * from claviger_keys where id in (?)', [ids])
      return rows.map(parsed)
    }
    return { store: mysqlStore(pool), readOne: (id) => readMany([id]), readMany, close: () => promised.end() }
  },

  async sqlite() {
    const { default: Database } = await import('libsql')
    const { sqliteStore } = await import('@claviger/store-sql')
    const folder = mkdtempSync(join(tmpdir(), 'claviger-bench-'))
    const handle = new Database(join(folder, 'keys.db'))
    handle.pragma('journal_mode = wal')
    const readMany = async (ids) => {
      const marks = ids.map(() => '?').join(', ')
      return handle.prepare(`select * from claviger_keys where id in (${marks})`).all(ids).map(parsed)
    }
    const store = sqliteStore(handle)
    await store.migrate()
    const close = async () => {
      handle.close()
      rmSync(folder, { recursive: true, force: true })
    }
    return { store, readOne: (id) => readMany([id]), readMany, close }
  },
}

function parsed(row) {
  return typeof row.record === 'object' && !Buffer.isBuffer(row.record) ? row.record : JSON.parse(String(row.record))
}
