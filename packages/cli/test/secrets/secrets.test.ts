import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { envNameFor, parseEnvName, reserveEnvFile, withVariable } from '../../src/secrets/env-file.ts'
import { gitWouldCommit } from '../../src/secrets/git-ignored.ts'
import { looksLikeToken, withoutSecrets } from '../../src/secrets/looks-like-token.ts'
import { claviger, folder, makeKey, sqliteProject } from '../support/cli.ts'

const body = '7Fq2mX4cR8tLw0ZpA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y'
const token = `acme_production_${body}`

describe('what looks like a token', () => {
  test.each([
    token,
    `--name=${token}`,
    `Bearer ${token}`,
    `https://api.example/v1?key=${token}`,
    token.slice(0, 40),
    `"${token}"`,
    `other_ci_${body}`,
  ])('%s', (text) => {
    expect(looksLikeToken(text)).toBe(true)
  })

  test.each([
    '7Fq2mX4cR8tLw0Zp',
    'acme_production_7Fq2',
    '/srv/app/my_claviger_configurationfordeployment/x.mjs',
    'postgres://user:secret@db.example/app',
    'service:sa_7Fq2mX4cR8tLw0Zp',
    'Production',
    'key.revoked',
  ])('and not %s', (text) => {
    expect(looksLikeToken(text)).toBe(false)
  })

  test('is not repeated in a text, and neither is the password of a URL', () => {
    expect(withoutSecrets(`no ${token} at postgres://me:hunter2@db/app, redis://:pw@cache`)).toBe(
      'no [a key] at postgres://me:***@db/app, redis://:***@cache',
    )
  })
})

describe('a token among the arguments', () => {
  test.each([
    ['as an argument', ['keys', 'diagnose', token]],
    ['as the value of a flag', ['keys', 'create', '--name', token]],
    ['within a flag', ['keys', 'create', `--name=${token}`]],
    ['behind a flag that does not exist', ['keys', 'list', `--token=${token}`]],
    ['of another product', ['keys', 'get', `other_ci_${body}`]],
    ['cut off', ['keys', 'get', token.slice(0, 50)]],
  ])('is refused, and not repeated: %s', async (_title, argv) => {
    const { exitCode, stdout, stderr } = await claviger(argv)
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(
      'That looks like a secret, and it is now in your shell history. Pipe it in instead, and consider rotating it.',
    )
    expect(stderr).not.toContain(body.slice(0, 20))
  })

  test('is refused as JSON, too', async () => {
    const { exitCode, stderr } = await claviger(['keys', 'get', token, '--json'])
    expect(exitCode).toBe(2)
    expect(JSON.parse(stderr)).toMatchObject({ code: 'secret_in_arguments', exitCode: 2 })
  })
})

describe('secrets', () => {
  test('stand nowhere but on standard output', async () => {
    const cwd = await sqliteProject()
    const { id, token: made } = await makeKey(cwd, 'CI')
    const secret = made.slice(-49)
    const commands = [
      ['keys', 'list'],
      ['keys', 'list', '--json'],
      ['keys', 'list', '--plain'],
      ['keys', 'get', id, '--json'],
      ['keys', 'events', '--json'],
      ['keys', 'usage', id, '--json'],
      ['keys', 'audit', '--max-age', '0s', '--json'],
      ['keys', 'disable', id],
      ['keys', 'enable', id],
      ['doctor', '--json'],
      ['keys', 'revoke', id, '--yes', '--json'],
    ]
    for (const command of commands) {
      const { stdout, stderr } = await claviger(command, { cwd })
      expect(stdout + stderr).not.toContain(secret)
    }
    const diagnosed = await claviger(['keys', 'diagnose', '-'], { cwd, input: made })
    expect(diagnosed.stdout + diagnosed.stderr).not.toContain(secret)
  })

  test('of an unknown command are not repeated', async () => {
    const { stderr } = await claviger(['--store', 'postgres://me:hunter2@127.0.0.1:1/none', '-w', 'ws', 'keys'])
    expect(stderr).not.toContain('hunter2')
    expect(stderr).toContain('Set CLAVIGER_STORE instead')
  })
})

describe('the file of a variable', () => {
  test('keeps its other lines', () => {
    expect(withVariable('A=1\nexport KEY = old\nB=2\n', 'KEY', 'new$&')).toBe('A=1\nKEY=new$&\nB=2\n')
    expect(withVariable('A=1', 'KEY', 'x')).toBe('A=1\nKEY=x\n')
    expect(withVariable('MY_KEY=1\n', 'KEY', 'x')).toBe('MY_KEY=1\nKEY=x\n')
  })

  test('is never written through a link', () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'target'), 'kept\n')
    symlinkSync(join(cwd, 'target'), join(cwd, '.env'))
    expect(() => reserveEnvFile(cwd, '.env', false)).toThrow('.env is there already')
    reserveEnvFile(cwd, '.env', true).write('KEY', 'x')
    expect(readFileSync(join(cwd, 'target'), 'utf8')).toBe('kept\n')
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe('kept\nKEY=x\n')
  })

  test('in a folder that is not there is refused', () => {
    expect(() => reserveEnvFile(folder(), 'none/.env', false)).toThrow('none/.env cannot be written (ENOENT)')
  })

  test('is named after the prefix of the token', () => {
    expect(envNameFor(token)).toBe('ACME_API_KEY')
    expect(() => parseEnvName('A=B')).toThrow('--env-name takes the name of a variable')
  })

  test('is known to be ignored by git, or not', async () => {
    const cwd = folder()
    expect(gitWouldCommit(join(cwd, '.env'))).toBe(false)
    execFileSync('git', ['init', '--quiet'], { cwd })
    expect(gitWouldCommit(join(cwd, '.env'))).toBe(true)
    writeFileSync(join(cwd, '.gitignore'), '.env\n')
    expect(gitWouldCommit(join(cwd, '.env'))).toBe(false)
  })

  test('draws a warning where git would commit it', async () => {
    const cwd = await sqliteProject()
    execFileSync('git', ['init', '--quiet'], { cwd })
    const { stderr } = await claviger(['keys', 'create', '--name', 'CI', '--write-env', '.env'], { cwd })
    expect(stderr).toContain('.env is not ignored by git')
  })
})
