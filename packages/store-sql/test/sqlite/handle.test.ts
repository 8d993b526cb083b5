import { CompiledQuery } from 'kysely'
import { describe, expect, test } from 'vitest'
import { sqliteDriver } from '../../src/sqlite/handle.ts'
import { sqliteDrivers } from '../support/sqlite-files.ts'

// `libsql` ends the process on a boolean: were one let through, this file would not even fail.
describe.each(sqliteDrivers)('$name is given', ({ open }) => {
  async function bind(value: unknown): Promise<unknown> {
    const handle = open(':memory:')
    const driver = sqliteDriver(handle.database)
    await driver.init()
    const connection = await driver.acquireConnection()
    const { rows } = await connection
      .executeQuery<{ value: unknown }>(CompiledQuery.raw('select ? as value', [value]))
      .finally(() => handle.close())
    return rows[0]?.value
  }

  test.each(['', 'text', '\u{1f511}', 0, -1, 1.5, 8.64e15, null])('%j as it is', async (value) => {
    expect(await bind(value)).toBe(value)
  })

  test('a bigint', async () => {
    expect(Number(await bind(7n))).toBe(7)
  })

  test.each([true, false, undefined, Number.NaN, Number.POSITIVE_INFINITY, new Date(0), {}, [], Symbol('x'), () => 1])(
    'no %s',
    async (value) => {
      await expect(bind(value)).rejects.toThrow(
        /^Cannot bind (?:boolean|undefined|NaN|Infinity|object|symbol|function): /,
      )
    },
  )
})
