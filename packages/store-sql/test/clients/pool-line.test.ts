import { testKeyId } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { mysqlStore, postgresStore, type SqlStore } from '../../src/index.ts'

/** A pool that gives no connection until it is let go, and then fails those who wait. */
function frozenPool() {
  const waiting: ((error: Error) => void)[] = []
  const asked = { times: 0 }
  return {
    asked,
    fail: () => waiting.splice(0).forEach((reject) => reject(new Error('gone'))),
    postgres: {
      connect: async () => {
        asked.times += 1
        return new Promise<never>((_, reject) => waiting.push(reject))
      },
    },
    mysql: {
      getConnection(callback: (error: Error | null, connection: never) => void) {
        asked.times += 1
        waiting.push((error) => callback(error, undefined as never))
      },
    },
  }
}

const kinds: readonly (readonly [string, (pool: ReturnType<typeof frozenPool>) => SqlStore])[] = [
  ['postgresStore', ({ postgres }) => postgresStore(postgres, { statementTimeoutMs: 60_000 })],
  ['mysqlStore', ({ mysql }) => mysqlStore(mysql, { statementTimeoutMs: 60_000 })],
]

describe.each(kinds)('%s', (_, storeOn) => {
  test('lets at most 1 000 calls wait for a connection, and turns the rest away at once', async () => {
    const pool = frozenPool()
    const [store, sameServer] = [storeOn(pool), storeOn(pool)]
    const outcome = async (call: Promise<unknown>): Promise<string> =>
      call.then(String, ({ message }: Error) => message)
    const calls = Array.from({ length: 1_000 }, (_each, index) => outcome(store.find([testKeyId(index)])))
    for (const other of [store, sameServer]) {
      await expect(other.find([testKeyId(1)])).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        dependency: 'store',
        message: expect.stringContaining('1000 calls wait'),
      })
    }
    expect(pool.asked.times).toBe(1_000)
    pool.fail()
    await Promise.all(calls)
    const next = outcome(store.find([testKeyId(1)]))
    await new Promise((resolve) => setImmediate(resolve))
    expect(pool.asked.times).toBe(1_001)
    pool.fail()
    await next
  })
})
