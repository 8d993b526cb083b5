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
