import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'
import { describeClient } from '../store/describe-client.ts'
import type { KeyStore } from '../store/store.ts'

/** @throws {ConfigurationError} for what is not a store, with what to write instead */
export function parseStore(store: KeyStore): KeyStore {
  if (typeof store === 'function') {
    throw new ConfigurationError('store', 'Expected a store, got a function. Call it: store: memoryStore().')
  }
  const missing = (['find', 'list', 'commit'] as const).filter((name) => typeof store?.[name] !== 'function')
  if (missing.length === 0) return store
  const given = describeClient(store)
  const factory = factories.find(([clients]) => clients.test(given))?.[1]
  throw new ConfigurationError(
    'store',
    factory === undefined
      ? `Expected a store, got ${given} that lacks ${missing.join(', ')}. Write store: memoryStore(), or the store of ` +
          'your database; for one of your own see docs/writing-a-store.md.'
      : `Expected a store, got ${given}. Write store: ${factory}.`,
  )
}

// What is passed by mistake in place of the store that is made of it.
const factories: readonly (readonly [clients: RegExp, factory: string])[] = [
  [/\bpg\b/, 'postgresStore(pool), of @claviger/store-sql, with a Pool of pg'],
  [/mysql|mariadb/i, 'mysqlStore(pool), of @claviger/store-sql, with a pool of mysql2'],
  [/sqlite|libsql|sql\.js/i, 'sqliteStore(handle), of @claviger/store-sql, with a handle of better-sqlite3 or libsql'],
  [/ioredis|node-redis/, 'redisStore(client), of @claviger/store-redis, with a client of ioredis'],
  [
    /Knex|Sequelize|TypeORM|Prisma|Drizzle|Kysely|postgres\.js/,
    'postgresStore(pool) or mysqlStore(pool), of @claviger/store-sql, with a pool of pg or mysql2 beside it',
  ],
  [/^a promise$/, 'what the promise gives: await it'],
]

/** Checks the id of a store. @throws {ConfigurationError} */
export function parseStoreId(storeId: unknown): string | undefined {
  if (storeId === undefined || (typeof storeId === 'string' && storeId.length > 0 && storeId.length <= 255))
    return storeId
  throw new ConfigurationError(
    'storeId',
    `Expected storeId as guarantees().storeId shows it, got ${describeValue(storeId)}.`,
  )
}
