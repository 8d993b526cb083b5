import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { claviger, folder, project } from '../support/cli.ts'

describe('migrate', () => {
  test('makes the tables, and says so only the first time', async () => {
    const cwd = project('sqlite:keys.db')
    const first = await claviger(['migrate'], { cwd })
    expect(first.exitCode).toBe(0)
    expect(first.stderr).toMatch(/sqlite:keys\.db: applied 0001-initial/)
    const second = await claviger(['migrate'], { cwd })
    expect(second.stderr).toContain('sqlite:keys.db is up to date.')
  })

  test.each(['postgres', 'mysql', 'sqlite'])('writes SQL for %s without any store', async (dialect) => {
    const { exitCode, stdout, stderr } = await claviger(['migrate', '--sql', '--dialect', dialect], { cwd: folder() })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.toLowerCase()).toMatch(/create table if not exists [`"]?claviger_keys/)
  })

  test('takes dialect and table prefix of the configured store', async () => {
    const cwd = project('postgres://localhost/app', { storeOptions: { tablePrefix: 'acme_' } })
    const { stdout } = await claviger(['migrate', '--sql', '--no-transaction'], { cwd })
    expect(stdout).toContain('"acme_keys"')
    expect(stdout).not.toMatch(/^begin/m)
  })

  test('without a known dialect ends with 2', async () => {
    const { exitCode, stderr } = await claviger(['migrate', '--sql'], { cwd: folder() })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Fix: ')
  })

  test('is asked for by every command that finds no tables', async () => {
    const cwd = project('sqlite:keys.db')
    writeFileSync(join(cwd, 'keys.db'), '')
    const { exitCode, stderr } = await claviger(['keys'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Fix: Create the tables: npx claviger migrate.')
  })

  test('is asked for when the file of the store is not there', async () => {
    const cwd = project('sqlite:keys.db')
    const { exitCode, stderr } = await claviger(['keys'], { cwd })
    expect(exitCode).toBe(5)
    expect(stderr).toBe('\u2717 There is no file keys.db.\n  Fix: Make it: npx claviger migrate.\n')
  })
})
