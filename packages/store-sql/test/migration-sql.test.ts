import { describe, expect, test } from 'vitest'
import { migrations, migrationSql, type SqlDialectName } from '../src/index.ts'

const dialects: readonly SqlDialectName[] = ['postgres', 'mysql', 'sqlite']

describe('migrations', () => {
  test('count up by one from 1', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
    expect(migrations[0]).toEqual({ version: 1, name: 'initial' })
  })

  // What was published must never change: databases out there have been made by it.
  test.each(dialects)('read as they did when they were published: %s', async (dialect) => {
    await expect(migrationSql(dialect)).toMatchFileSnapshot(`migrations/${dialect}.sql`)
  })

  test('put prefix and schema into every name, quoted', () => {
    const text = migrationSql('postgres', { tablePrefix: 'Keys_', schema: 'auth' })
    expect(text).not.toContain('claviger_')
    const tables = text.matchAll(/(?:create table(?: if not exists)?|insert into|on) ("auth"\."Keys_\w+")/g)
    expect(new Set([...tables].map(([, name]) => name))).toHaveProperty('size', 17)
    expect(text.match(/(?:create table|insert into) (?!if not exists )(?!"auth"\."Keys_)/)).toBeNull()
  })

  test('behind a version are the ones that are new', () => {
    expect(migrationSql('sqlite', { after: migrations.length }).trim()).toBe('')
  })

  // With `if not exists`, the second of two would silently not be made.
  test.each(dialects)('give every table and index a name of its own: %s', (dialect) => {
    const made = [...migrationSql(dialect).matchAll(/create (?:table|index)(?: if not exists)? ["`](\w+)["`]/g)]
    const names = made.map(([, name]) => name)
    expect(names.length).toBeGreaterThan(8)
    expect(new Set(names).size).toBe(names.length)
  })

  test('begin and commit a transaction where a database can undo them, unless the tool does', () => {
    for (const dialect of ['postgres', 'sqlite'] as const) {
      expect(migrationSql(dialect)).toMatch(/^(?:start transaction|begin)\b[^]*\ncommit;\n$/)
      expect(migrationSql(dialect, { transaction: false })).toMatch(/^-- Claviger[^]*\n(?!commit)[^\n]+\n$/)
    }
    expect(migrationSql('mysql')).toBe(migrationSql('mysql', { transaction: false }))
    expect(() => migrationSql('mysql', { transaction: 'no' as unknown as boolean })).toThrow(/true or false/)
  })

  test.each(dialects)('hold no identifier longer than a database allows: %s', (dialect) => {
    const identifiers = migrationSql(dialect, { tablePrefix: 'x'.repeat(31) }).matchAll(/["`](\w+)["`]/g)
    for (const [, identifier] of identifiers) expect(identifier?.length).toBeLessThanOrEqual(63)
  })
})
