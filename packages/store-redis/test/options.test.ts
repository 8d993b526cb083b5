import { ConfigurationError } from '@claviger/core/store'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { type RedisClient, redisStore, type RedisStoreOptions } from '../src/index.ts'

const lazy = new Redis({ lazyConnect: true })

describe('options', () => {
  const wrong: readonly [string, unknown][] = [
    ...['', 'a b', 'a:b', '{a}', 'a'.repeat(65), '\u00e9', 7, null].map((value) => ['namespace', value] as const),
    ...[0, -1, 1.5, Number.NaN, 60_001, '1000'].map((value) => ['commandTimeoutMs', value] as const),
    ...[-1, 1.5, 100_001, '1'].map((value) => ['changeLogLength', value] as const),
    ...[0, 9, 60_001, Number.POSITIVE_INFINITY].map((value) => ['busPingMs', value] as const),
    ...['yes', 1, null].map((value) => ['allowVolatileStore', value] as const),
    ...[true, null, {}, 'redis://'].map((value) => ['subscriber', value] as const),
  ].map(([option, value]) => [option, value])

  test.each(wrong)('refuses %s %j', (option, value) => {
    expect(() => redisStore(lazy, { [option]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option }),
    )
  })

  test.each([undefined, null, 'redis://localhost', {}, { call() {} }])('refuses %j as a client', (client) => {
    expect(() => redisStore(client as unknown as RedisClient)).toThrow(ConfigurationError)
  })

  const work = (): never => {
    throw new Error('A store must not touch its client before it is used.')
  }
  const like = (...members: readonly string[]): object => Object.fromEntries(members.map((name) => [name, work]))

  test.each<[RegExp, unknown, string?]>([
    [/a text/, 'redis://:hunter2@localhost'],
    [/a URL/, new URL('redis://:hunter2@localhost')],
    [/a plain object/, { host: 'localhost', port: 6379, password: 'hunter2' }],
    [
      /a client of the redis package \(node-redis\)/,
      like('sendCommand', 'hGetAll', 'connect', 'duplicate'),
      'nodeRedis(client)',
    ],
    [/a class/, Redis],
    [/a promise/, Promise.resolve(lazy)],
    [/a pg Pool/, like('connect', 'totalCount', 'idleCount', 'query')],
  ])('refuses %s as a client, and says what to write', (named, client, written = 'new Redis(url)') => {
    const call = `redisStore(${written})`.replace(/[()]/g, '\\$&')
    const message = expect.stringMatching(new RegExp(`got ${named.source}.*${call}`))
    for (const [option, make] of [
      ['client', () => redisStore(client as RedisClient)],
      ['subscriber', () => redisStore(lazy, { subscriber: client as RedisClient })],
    ] as const) {
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option, message }))
      expect(make).not.toThrow(/hunter2/)
    }
  })

  test('an option given as undefined is its default', () => {
    expect(() => redisStore(lazy, { namespace: undefined } as unknown as RedisStoreOptions)).not.toThrow()
  })

  test('one that does not exist is refused by the compiler, and by the store with the one that is meant', () => {
    // @ts-expect-error misspelt
    expect(() => redisStore(lazy, { commandTimeout: 5 })).toThrow(
      expect.objectContaining({
        code: 'ERR_CLAVIGER_CONFIGURATION',
        option: 'commandTimeout',
        message: expect.stringContaining('redisStore has no option "commandTimeout", did you mean "commandTimeoutMs"?'),
      }),
    )
  })

  test('are read from the object itself, not from its prototype', () => {
    Object.assign(Object.prototype, { namespace: 'a b', commandTimeoutMs: 0 })
    try {
      expect(() => redisStore(lazy, {})).not.toThrow()
    } finally {
      for (const name of ['namespace', 'commandTimeoutMs']) Reflect.deleteProperty(Object.prototype, name)
    }
  })
})
