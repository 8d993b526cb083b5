import { type RedisClient, redisStore } from '@claviger/store-redis'
import { type MysqlPool, mysqlStore, type PostgresPool, postgresStore } from '@claviger/store-sql'
import type { Io } from '../edge/io.types.ts'
import { exportOf, requireDriver } from './drivers.ts'
import type { OpenStore, OpenStoreOptions } from './open-store.types.ts'
import { shownUrl } from './store-url.ts'

const connectTimeoutMs = 5_000

type Events = { on(event: 'error', listener: () => void): unknown }

/** Opens Redis through `ioredis`. */
export async function openRedis(
  io: Io,
  url: string,
  { directory, storeOptions }: OpenStoreOptions,
): Promise<OpenStore> {
  const Redis = exportOf(await requireDriver(io, directory, 'ioredis'), 'Redis', 'default') as new (
    url: string,
    options: object,
  ) => RedisClient & RedisEnd & Events
  const client = new Redis(url, {
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 1,
    // A command line gives up: it has a user who can try again.
    retryStrategy: (times: number) => (times > 3 ? null : 100),
  })
  client.on('error', () => undefined)
  const store = redisStore(client, { commandTimeoutMs: connectTimeoutMs, subscriber: false, ...storeOptions })
  return {
    store,
    place: shownUrl(url),
    migrate: () => store.migrate(),
    serverTime: async () => {
      const [seconds, microseconds] = await client.time()
      return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
    },
    close: async () => client.disconnect(),
  }
}

interface RedisEnd {
  time(): Promise<readonly (string | number)[]>
  disconnect(): void
}

/** Opens PostgreSQL through `pg`. */
export async function openPostgres(
  io: Io,
  url: string,
  { directory, storeOptions }: OpenStoreOptions,
): Promise<OpenStore> {
  const Pool = exportOf(await requireDriver(io, directory, 'pg'), 'Pool') as new (
    options: object,
  ) => PostgresPool & PostgresEnd & Events
  const pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: connectTimeoutMs })
  pool.on('error', () => undefined)
  const store = postgresStore(pool, storeOptions)
  return {
    store,
    place: shownUrl(url),
    dialect: 'postgres',
    migrate: () => store.migrate(),
    serverTime: async () => {
      const { rows } = await pool.query('select extract(epoch from clock_timestamp()) * 1000 as now')
      return Number(rows[0]?.['now'])
    },
    close: () => pool.end(),
  }
}

interface PostgresEnd {
  query(sql: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>
  end(): Promise<void>
}

/** Opens MySQL or MariaDB through `mysql2`. */
export async function openMysql(
  io: Io,
  url: string,
  { directory, storeOptions }: OpenStoreOptions,
): Promise<OpenStore> {
  const createPool = exportOf(await requireDriver(io, directory, 'mysql2'), 'createPool') as (
    options: object,
  ) => MysqlPool & MysqlEnd
  const pool = createPool({ uri: url, connectionLimit: 4, connectTimeout: connectTimeoutMs })
  const store = mysqlStore(pool, storeOptions)
  return {
    store,
    place: shownUrl(url),
    dialect: 'mysql',
    migrate: () => store.migrate(),
    serverTime: async () => {
      const [rows] = await pool.promise().query('select unix_timestamp(now(3)) * 1000 as now')
      return Number(rows[0]?.['now'])
    },
    close: () => pool.promise().end(),
  }
}

interface MysqlEnd {
  promise(): {
    query(sql: string): Promise<readonly [readonly Readonly<Record<string, unknown>>[], unknown]>
    end(): Promise<void>
  }
}
