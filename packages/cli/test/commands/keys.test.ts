import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { claviger, makeKey, sqliteProject } from '../support/cli.ts'

const tokenShape = /^acme_development_[0-9A-Za-z]{65}$/

describe('keys create', () => {
  test('writes the token alone to standard output, and everything else to standard error', async () => {
    const cwd = await sqliteProject()
    const { exitCode, stdout, stderr } = await claviger(['keys', 'create', '--name', 'CI', '--expires', '90d'], { cwd })
    expect(stderr).toMatch(/Created CI \([0-9A-Za-z]{16}\), 3 permissions, expires \d+ \w{3} \d{4}\n/)
    expect(stderr).toContain('This is the only time the key is shown.')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^acme_development_[0-9A-Za-z]{65}\n$/)
    expect(stderr).not.toContain(stdout.trim())
  })

  test('is silent on standard error with --quiet', async () => {
    const cwd = await sqliteProject()
    const { stdout, stderr } = await claviger(['keys', 'create', '--name', 'CI', '-q'], { cwd })
    expect(stderr).toBe('')
    expect(stdout.trim()).toMatch(tokenShape)
  })

  test('names the flag that is missing where no one can be asked', async () => {
    const cwd = await sqliteProject({ owner: undefined })
    const { exitCode, stderr } = await claviger(['keys', 'create'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--name is missing')
    const next = await claviger(['keys', 'create', '--name', 'CI'], { cwd })
    expect(next.stderr).toContain('--owner is missing')
  })

  test('changes nothing with --dry-run', async () => {
    const cwd = await sqliteProject()
    const { exitCode, stdout } = await claviger(['keys', 'create', '--name', 'CI', '--dry-run'], { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    const { stdout: list } = await claviger(['keys', '--json'], { cwd })
    expect(JSON.parse(list)).toMatchObject({ data: [] })
  })

  test('writes the token to a new file that only its owner reads', async () => {
    const cwd = await sqliteProject()
    const flags = ['keys', 'create', '--name', 'CI', '--write-env', '.env.local']
    const { stdout, stderr, exitCode } = await claviger(flags, { cwd })
    expect(stderr).toContain('The key is in .env.local as ACME_API_KEY')
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
    expect(readFileSync(join(cwd, '.env.local'), 'utf8')).toMatch(/^ACME_API_KEY=acme_development_[0-9A-Za-z]{65}\n$/)
    expect(statSync(join(cwd, '.env.local')).mode & 0o777).toBe(0o600)
  })

  test('makes no key when the file is there, and sets one variable in it with --force', async () => {
    const cwd = await sqliteProject()
    writeFileSync(join(cwd, '.env'), 'PORT=3000\nKEY=old\n')
    const flags = ['keys', 'create', '--name', 'CI', '--write-env', '.env', '--env-name', 'KEY']
    const refused = await claviger(flags, { cwd })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('--force')
    const { stdout } = await claviger(['keys', 'list', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ data: [] })
    expect((await claviger([...flags, '--force'], { cwd })).exitCode).toBe(0)
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toMatch(/^PORT=3000\nKEY=acme_development_[0-9A-Za-z]{65}\n$/)
    expect(statSync(join(cwd, '.env')).mode & 0o777).toBe(0o600)
  })

  test('leaves no file behind when no key was made', async () => {
    const cwd = await sqliteProject()
    const flags = ['keys', 'create', '--name', 'CI', '--permission', 'prompts:raed', '--write-env', '.env']
    const { exitCode, stderr } = await claviger(flags, { cwd })
    expect(stderr).toContain('npx claviger permissions list')
    expect(exitCode).toBe(2)
    expect(existsSync(join(cwd, '.env'))).toBe(false)
  })
})

describe('keys list', () => {
  test('shows a table, and with --plain one record a line', async () => {
    const cwd = await sqliteProject()
    const { id } = await makeKey(cwd, 'Production', ['--env', 'production', '--expires', '6d'])
    const { stdout } = await claviger(['keys', 'list'], { cwd })
    const [head = '', row = ''] = stdout.split('\n')
    expect(head.trim().split(/ {2,}/)).toEqual(['NAME', 'KEY', 'ENV', 'STATUS', 'LAST USED', '30D', 'EXPIRES', 'ID'])
    expect(row).toMatch(
      /^Production {2}acme_production_\w{4}\u2026\w{4} {2}production {2}Expiring {2}Never {8}0 {2}in 6 days {2}/,
    )
    expect(row.endsWith(id)).toBe(true)
    const plain = await claviger(['keys', 'list', '--plain'], { cwd })
    expect(plain.stdout.trimEnd().split('\t').slice(0, 2)).toEqual([id, 'Production'])
  })

  test('is what the noun alone does', async () => {
    const cwd = await sqliteProject()
    await makeKey(cwd, 'CI')
    expect((await claviger(['keys'], { cwd })).stdout).toBe((await claviger(['keys', 'list'], { cwd })).stdout)
  })

  test('hides revoked keys unless asked for all', async () => {
    const cwd = await sqliteProject()
    const { id } = await makeKey(cwd, 'Old')
    await claviger(['keys', 'revoke', id, '--yes'], { cwd })
    expect((await claviger(['keys'], { cwd })).stdout).toBe('')
    expect((await claviger(['keys', '--all'], { cwd })).stdout).toContain('Revoked')
  })
})

describe('keys revoke', () => {
  test('asks for --yes or --confirm where no one can be asked', async () => {
    const cwd = await sqliteProject()
    const { id } = await makeKey(cwd, 'Production', ['--env', 'production'])
    const refused = await claviger(['keys', 'revoke', id], { cwd })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('Pass --yes or --confirm Production.')
    const wrong = await claviger(['keys', 'revoke', id, '--confirm', 'Staging'], { cwd })
    expect(wrong.exitCode).toBe(2)
    const done = await claviger(['keys', 'revoke', id, '--confirm', 'Production', '--reason', 'leaked'], { cwd })
    expect(done.stderr).toContain('Production was revoked. Requests with it now get 401.')
    expect(done.exitCode).toBe(0)
    const { stdout } = await claviger(['keys', 'get', id, '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ status: 'revoked', revokedReason: 'leaked' })
  })

  test('revokes several, and reports each', async () => {
    const cwd = await sqliteProject()
    const keys = [await makeKey(cwd, 'One'), await makeKey(cwd, 'Two')]
    const { exitCode, stdout } = await claviger(['keys', 'revoke', ...keys.map(({ id }) => id), '--yes', '--json'], {
      cwd,
    })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ data: [{ ok: true }, { ok: true }] })
  })

  test('of a key that is not there ends with 3', async () => {
    const cwd = await sqliteProject()
    const { exitCode, stderr } = await claviger(['keys', 'revoke', '0123456789abcdef', '--yes'], { cwd })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('There is no such thing in this workspace')
  })
})

describe('keys rotate', () => {
  test('keeps the id, writes the new token, and says until when the old one works', async () => {
    const cwd = await sqliteProject()
    const { id, token } = await makeKey(cwd, 'CI')
    const { stdout, stderr, exitCode } = await claviger(['keys', 'rotate', id, '--overlap', '2h'], { cwd })
    expect(stderr).toMatch(/Rotated CI .*\n {2}The old secret works until .* UTC\./)
    expect(exitCode).toBe(0)
    expect(stdout.trim()).toMatch(tokenShape)
    expect(stdout.trim()).not.toBe(token)
    expect(stdout.slice(0, 33)).toBe(token.slice(0, 33))
    const again = await claviger(['keys', 'rotate', id], { cwd })
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('finish-rotation')
    const finished = await claviger(['keys', 'finish-rotation', id], { cwd })
    expect(finished.stderr).toContain('The previous secret of CI stopped.')
  })
})
