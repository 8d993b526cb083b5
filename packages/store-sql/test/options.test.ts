import { ConfigurationError } from '@claviger/core/store'
import { describe, expect, test } from 'vitest'
import { migrationSql, mysqlStore, postgresStore, sqliteStore } from '../src/index.ts'

const never = (): never => {
  throw new Error('A store must not touch its client before it is used.')
}
const makers = {
  postgresStore: (options: object) => postgresStore({ connect: never }, options),
  mysqlStore: (options: object) => mysqlStore({ getConnection: never }, options),
  sqliteStore: (options: object) => sqliteStore({ prepare: never, exec: never }, options),
}
const hostile = [
  'keys; drop table x',
  '"a"b',
  'x'.repeat(300),
  '',
  'x'.repeat(32),
  '1a',
  'a-b',
  'a.b',
  '\u00e4',
  'a\0',
  7,
  null,
]

describe.each(Object.entries(makers))('%s', (_, make) => {
  test.each(hostile)('refuses the table prefix %j', (tablePrefix) => {
    expect(() => make({ tablePrefix })).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option: 'tablePrefix' }),
    )
  })

  test.each(['a', '_', 'Claviger_', 'x'.repeat(31)])('takes the table prefix %j', (tablePrefix) => {
    expect(() => make({ tablePrefix })).not.toThrow()
  })

  test('refuses a changeLogLength that is not a count', () => {
    expectCount('changeLogLength', make, 0)
  })
})

describe('an option that does not exist', () => {
  test('is refused by the compiler, and by the store with the one that is meant', () => {
    const client = { connect: never, getConnection: never, prepare: never, exec: never }
    // @ts-expect-error misspelt
    expect(() => postgresStore(client, { tableprefix: 'a_' })).toThrow(
      meant('postgresStore', 'tableprefix', 'tablePrefix'),
    )
    // @ts-expect-error misspelt
    expect(() => postgresStore(client, { shema: 'a' })).toThrow(meant('postgresStore', 'shema', 'schema'))
    // @ts-expect-error misspelt
    expect(() => mysqlStore(client, { statementTimeout: 5 })).toThrow(
      meant('mysqlStore', 'statementTimeout', 'statementTimeoutMs'),
    )
    // @ts-expect-error misspelt
    expect(() => sqliteStore(client, { busyTimeout: 5 })).toThrow(meant('sqliteStore', 'busyTimeout', 'busyTimeoutMs'))
    // @ts-expect-error misspelt
    expect(() => migrationSql('mysql', { tablePrefx: 'a_' })).toThrow(
      meant('migrationSql', 'tablePrefx', 'tablePrefix'),
    )
  })

  test('is refused where another database has it', () => {
    expect(() => makers.mysqlStore({ schema: 'a' })).toThrow(/mysqlStore has no option "schema"/)
    expect(() => makers.sqliteStore({ statementTimeoutMs: 5 })).toThrow(
      /sqliteStore has no option "statementTimeoutMs"/,
    )
    expect(() => makers.postgresStore({ busyTimeoutMs: 5 })).toThrow(/postgresStore has no option "busyTimeoutMs"/)
  })

  test('may stand on a prototype: options are read from the object itself', () => {
    Object.assign(Object.prototype, { tablePrefix: 'keys; drop table x', changeLogLength: -1 })
    try {
      for (const make of Object.values(makers)) expect(() => make({})).not.toThrow()
      expect(migrationSql('sqlite', {})).toContain('claviger_')
    } finally {
      for (const name of ['tablePrefix', 'changeLogLength']) Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

function meant(call: string, option: string, guess: string): unknown {
  const message = expect.stringContaining(`${call} has no option "${option}", did you mean "${guess}"?`)
  return expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option, message })
}

test('refuses invalid time limits', () => {
  expectCount('statementTimeoutMs', makers.postgresStore, 1)
  expectCount('statementTimeoutMs', makers.mysqlStore, 1)
  expectCount('busyTimeoutMs', makers.sqliteStore, 0)
})

function expectCount(option: string, make: (options: object) => unknown, least: number): void {
  for (const value of [least - 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10', null]) {
    expect(() => make({ [option]: value })).toThrow(expect.objectContaining({ option }))
  }
  expect(() => make({ [option]: least })).not.toThrow()
}

test.each(hostile)('refuses the schema %j', (schema) => {
  expect(() => postgresStore({ connect: never }, { schema: schema as string })).toThrow(ConfigurationError)
  expect(() => migrationSql('postgres', { schema: schema as string })).toThrow(ConfigurationError)
})

test('refuses hostile names and unknown dialects for the migrations as text', () => {
  for (const tablePrefix of hostile) {
    expect(() => migrationSql('sqlite', { tablePrefix: tablePrefix as string })).toThrow(ConfigurationError)
  }
  expect(() => migrationSql('oracle' as 'mysql')).toThrow(expect.objectContaining({ option: 'dialect' }))
  expect(() => migrationSql('constructor' as 'mysql')).toThrow(expect.objectContaining({ option: 'dialect' }))
})
