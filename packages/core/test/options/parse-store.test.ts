import { memoryStore } from '@claviger/store-memory'
import { expect, test } from 'vitest'
import { parseStore } from '../../src/options/parse-store.ts'

const work = (): void => {}
const like = (...members: readonly string[]): object => Object.fromEntries(members.map((name) => [name, work]))

test.each<[string, unknown, RegExp]>([
  [
    'a pool of pg',
    { ...like('connect', 'query'), totalCount: 0, idleCount: 0 },
    /got a pg Pool\. .*postgresStore\(pool\)/,
  ],
  ['a client of pg', { ...like('connect', 'query'), connectionParameters: {} }, /pg Client.*postgresStore\(pool\)/],
  ['a pool of mysql2', like('getConnection', 'promise', 'execute'), /got a mysql2 pool\. .*mysqlStore\(pool\)/],
  ['a client of ioredis', like('call', 'duplicate'), /got an ioredis client\. .*redisStore\(client\)/],
  ['a client of node-redis', like('sendCommand', 'hGetAll'), /node-redis.*redisStore\(client\)/],
  ['a handle of SQLite', like('prepare', 'exec'), /got a SQLite handle\. .*sqliteStore\(handle\)/],
  [
    'an instance of Knex',
    like('raw', 'migrate', 'schema'),
    /got a Knex instance\. .*postgresStore\(pool\) or mysqlStore/,
  ],
  ['a promise of a store', Promise.resolve(memoryStore()), /got a promise\. .*await it/],
  ['a function', memoryStore, /Call it: store: memoryStore\(\)/],
  ['a text with a password in it', 'postgres://app:secret@db/app', /got a text that lacks find, list, commit/],
  ['nothing', undefined, /got undefined that lacks find, list, commit\. Write store: memoryStore\(\)/],
  ['a store without commit', { ...memoryStore(), commit: undefined }, /that lacks commit\. .*writing-a-store/],
])('%s in place of a store is refused with what to write', (_, given, told) => {
  expect(() => parseStore(given as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      option: 'store',
      message: expect.stringMatching(told),
    }),
  )
  expect(() => parseStore(given as never)).not.toThrow(/secret/)
})
