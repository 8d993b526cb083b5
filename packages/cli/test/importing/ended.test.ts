import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { csv } from '../../src/importing/products/csv.ts'
import { isFalse, isTrue } from '../../src/importing/products/field.ts'
import { unkey } from '../../src/importing/products/unkey.ts'
import { claviger, sqliteProject } from '../support/cli.ts'

describe('a row that does not work any more', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['of a spreadsheet', { enabled: 'FALSE' }, 'disabled'],
    ['of a program in Python', { active: 'False' }, 'disabled'],
    ['with a no', { is_active: 'no' }, 'disabled'],
    ['with a bit of MySQL', { is_enabled: Buffer.from([0]) }, 'disabled'],
    ['with a mark', { revoked: true }, 'revoked'],
    ['with a mark as a text', { is_revoked: 'TRUE' }, 'revoked'],
    ['with a number', { disabled: 1 }, 'disabled'],
    ['with an instant', { deleted_at: '2025-01-01 00:00:00' }, 'deleted'],
    ['with an instant as code names it', { disabledAt: '2025-01-01T00:00:00Z' }, 'disabled'],
    ['with a word', { status: 'Revoked' }, 'revoked'],
    ['with another word', { state: 'suspended' }, 'disabled'],
  ])('is left out: %s', (_, row, ended) => {
    expect(csv.describe(row).ended).toBe(ended)
  })

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['that says nothing', {}],
    ['with a yes', { enabled: 'TRUE', is_active: 't' }],
    ['with marks that are not set', { revoked: 'FALSE', disabled: 0, is_deleted: Buffer.from([0]) }],
    ['with instants that are not there', { revoked_at: 'NULL', deleted_at: '\\N', disabled_at: '' }],
    ['with a date of no day', { revoked_at: '0000-00-00 00:00:00' }],
    ['with a word for it', { status: 'active' }],
  ])('is not one %s', (_, row) => {
    expect(csv.describe(row).ended).toBeUndefined()
  })

  test('of a product is read the same way', () => {
    expect(unkey.describe({ enabled: 'False' }).ended).toBe('disabled')
    expect(unkey.describe({ enabled: Buffer.from([1]) }).ended).toBeUndefined()
  })

  test('has no value that is a yes and a no', () => {
    for (const value of [true, false, 0, 1, 0n, 1n, 'T', 'F', 'Y', 'N', 'on', 'OFF', 'x', undefined, null, {}]) {
      expect(isTrue(value) && isFalse(value)).toBe(false)
    }
  })
})

test.each(['expires', 'expiry', 'valid_until', 'expiresAt'])('the end of a key in a column %s is kept', (column) => {
  expect(csv.describe({ [column]: '2031-01-01' }).expiresAt).toBe('2031-01-01')
})

describe('a file of a program on Windows', () => {
  const row = { hash: 'ab'.repeat(32), name: `${'n'.repeat(127)}\u{1f600}`, owner: 'ada', permissions: 'prompts:read' }
  const mark = '\ufeff'

  test.each([
    ['of lines', 'keys.ndjson', `${mark}${JSON.stringify(row)}\n`],
    ['of lines without a name for it', 'keys.txt', `${mark}${JSON.stringify(row)}\n{"hash":""}\n`],
    ['that holds a list', 'keys.json', `${mark}{\n  "keys": [${JSON.stringify(row)}]\n}`],
    ['that is a list', 'keys.json', `${mark}[${JSON.stringify(row)}]`],
  ])('%s is read, and a long name is cut between characters', async (_, file, text) => {
    const cwd = await sqliteProject({ importedTokens: { pattern: '^old_[0-9a-f]{48}$' } })
    writeFileSync(join(cwd, file), text)
    const argv = ['import', file, '--from', 'csv', '--env', 'production', '--owner', 'user:ada', '--yes', '--json']
    const { stdout, stderr } = await claviger(argv, { cwd })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ imported: 1 })
    const { data } = JSON.parse((await claviger(['keys', 'list', '--json'], { cwd })).stdout) as {
      data: readonly { readonly name: string }[]
    }
    expect(data.map(({ name }) => name)).toEqual(['n'.repeat(127)])
  })
})
