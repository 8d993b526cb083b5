import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { createKeyring, definePermissions, type Verification } from '@claviger/core'
import { sqliteStore, type SqliteDatabase } from '@claviger/store-sql'
import { describe, expect, test } from 'vitest'
import { claviger, type RunOptions, sqliteProject } from '../support/cli.ts'
import {
  fromBetterAuth,
  fromKeypal,
  fromOwnTable,
  fromSanctum,
  fromUnkey,
  hashedByKeypal,
  type Issued,
} from './rows.ts'

const guide = readFileSync(new URL('../../../../docs/guides/moving-from-your-own-table.md', import.meta.url), 'utf8')

/** As the guide gives it. */
function patternOf(product: string): string {
  const [, , pattern] = new RegExp(`^  ('?)${product}\\1: /(.*)/,$`, 'm').exec(guide) ?? []
  if (pattern === undefined) throw new Error(`The guide has no pattern for ${product}.`)
  return pattern
}

/** A project that takes the tokens of a product, and what runs commands in it. */
async function projectFor(product: string, rows: readonly Record<string, unknown>[], file = 'keys.ndjson') {
  const importedTokens = { pattern: patternOf(product) }
  const cwd = await sqliteProject({ importedTokens })
  writeFileSync(join(cwd, file), rows.map((row) => JSON.stringify(row)).join('\n'))
  const run = (flags: readonly string[] = [], options: RunOptions = {}) =>
    claviger(['import', file, '--from', product, '--env', 'production', ...flags], { cwd, ...options })
  const verify = async (token: string): Promise<Verification> => {
    const database = new Libsql(join(cwd, 'keys.db'))
    const keyring = createKeyring({
      prefix: 'acme',
      store: sqliteStore(database as unknown as SqliteDatabase),
      permissions: definePermissions({ prompts: ['list', 'read', 'write'], context: ['download'] }),
      owners: 'unbounded',
      importedTokens: { pattern: new RegExp(importedTokens.pattern) },
    })
    try {
      return await keyring.verify(token)
    } finally {
      await keyring.close()
      database.close()
    }
  }
  return { cwd, run, verify }
}

const rowsOf = (issued: readonly Issued[]) => issued.map(({ row }) => row)

describe('import', () => {
  test('from better-auth: rows that it has written itself', async () => {
    const issued = await fromBetterAuth(3)
    const { run, verify } = await projectFor('better-auth', rowsOf(issued))
    const { exitCode, stderr } = await run(['--yes'])
    expect(stderr).toContain('Imported 3 keys')
    expect(exitCode).toBe(0)
    for (const [index, { token, row }] of issued.entries()) {
      expect(await verify(token)).toMatchObject({
        ok: true,
        apiKey: {
          name: `key ${index}`,
          permissions: ['prompts:list', 'prompts:read'],
          owner: { type: 'user', id: row['referenceId'] ?? row['userId'] },
          metadata: { plan: 'gold' },
          environment: 'production',
        },
      })
      expect(await verify(String(row['key']))).toMatchObject({ ok: false })
    }
  })

  test('from keypal: scopes are renamed, ended keys left out, salted ones not found by any token', async () => {
    const [good, off, gone] = [
      fromKeypal(),
      fromKeypal({ enabled: false }),
      fromKeypal({ revokedAt: '2025-03-05T00:00:00Z' }),
    ]
    const { run, verify } = await projectFor('keypal', rowsOf([good, off, gone]))
    const { exitCode, stdout } = await run(['--yes', '--json', '--map', 'read=prompts:read'])
    expect(JSON.parse(stdout)).toMatchObject({ rows: 3, imported: 1, leftOut: { disabled: 1, revoked: 1, deleted: 0 } })
    expect(exitCode).toBe(0)
    expect(await verify(good.token)).toMatchObject({
      ok: true,
      apiKey: { permissions: ['prompts:read', 'prompts:write'], owner: { id: 'ada' } },
    })
    expect(await verify(off.token)).toMatchObject({ ok: false, code: 'invalid_key' })
  })

  test('from keypal: a row as its own hashing makes it, plain and with a salt', async () => {
    const { token, plain, salted } = hashedByKeypal
    expect(fromKeypal({}, '', token).row).toMatchObject({ key_hash: plain })
    expect(fromKeypal({}, 'pepper', token).row).toMatchObject({ key_hash: salted })
    const { run, verify } = await projectFor('keypal', [
      { ...fromKeypal({ scopes: ['prompts:read'] }).row, key_hash: plain },
    ])
    expect((await run(['--yes'])).exitCode).toBe(0)
    expect(await verify(token)).toMatchObject({ ok: true, apiKey: { name: 'keypal key' } })
  })

  test('from Unkey: base64 digests, epoch milliseconds, deleted keys left out', async () => {
    const issued = [
      fromUnkey(),
      fromUnkey({ deleted_at_m: 1_741_000_000_001 }),
      fromUnkey({ expires: 4_000_000_000_000 }),
      fromUnkey({ created_at_m: 0, created_at: '2024-02-03 04:05:06.000', expires: '2096-10-02 07:06:40.000' }, true),
    ]
    const { run, verify, cwd } = await projectFor('unkey', rowsOf(issued))
    expect((await run(['--yes'])).stderr).toContain('1 deleted')
    const [one, , three, four] = issued
    expect(await verify(one?.token ?? '')).toMatchObject({ ok: true, apiKey: { metadata: { plan: 'gold' } } })
    for (const expiring of [three, four]) {
      expect(await verify(expiring?.token ?? '')).toMatchObject({ ok: true, endsAt: 4_000_000_000_000 })
    }
    const { data } = JSON.parse((await claviger(['keys', 'list', '--json'], { cwd })).stdout) as {
      data: { createdAt: string }[]
    }
    expect(data.map(({ createdAt }) => createdAt.slice(0, 10)).toSorted()).toEqual([
      '2024-02-03',
      '2025-03-03',
      '2025-03-03',
    ])
  })

  test('from Sanctum: the part behind the bar was hashed, with and without prefix and checksum', async () => {
    const issued = [fromSanctum(1), fromSanctum(2, { checked: false }), fromSanctum(3, { prefix: 'lara_' })]
    const { run, verify, cwd } = await projectFor('sanctum', rowsOf(issued))
    expect((await run(['--yes'])).exitCode).toBe(0)
    const { stdout } = await claviger(['keys', 'list', '--json'], { cwd })
    expect(JSON.parse(stdout).data[0]).toMatchObject({
      createdAt: '2025-03-04T05:06:07.000Z',
      lastUsedAt: '2025-03-05T06:07:08.000Z',
      imported: true,
    })
    for (const { token } of issued) expect(await verify(token)).toMatchObject({ ok: true })
  })

  test.each(['hex', 'base64'] as const)('from a table of your own, as CSV, with digests in %s', async (encoding) => {
    const issued = [fromOwnTable(encoding), fromOwnTable(encoding)]
    const { run, verify, cwd } = await projectFor('csv', [], 'keys.csv')
    const names = Object.keys(issued[0]?.row ?? {})
    const cell = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`
    const lines = rowsOf(issued).map((row) => names.map((name) => cell(row[name])).join(','))
    writeFileSync(join(cwd, 'keys.csv'), `\ufeff${[names.join(','), ...lines].join('\r\n')}\r\n`)
    expect((await run(['--yes'])).exitCode).toBe(0)
    for (const { token } of issued) {
      expect(await verify(token)).toMatchObject({ ok: true, apiKey: { permissions: ['prompts:list', 'prompts:read'] } })
    }
  })

  test('from a database: a table read page by page', async () => {
    const issued = Array.from({ length: 1_205 }, (_, index) => fromSanctum(index + 1))
    const { cwd, verify } = await projectFor('sanctum', [])
    mkdirSync(join(cwd, 'old'))
    const old = new Libsql(join(cwd, 'old', 'laravel.db'))
    const columns = Object.keys(issued[0]?.row ?? {})
    old.exec(`create table personal_access_tokens (id integer primary key, ${columns.slice(1).join(', ')})`)
    const insert = old.prepare(`insert into personal_access_tokens values (${columns.map(() => '?').join(', ')})`)
    old.exec('begin')
    for (const { row } of issued) insert.run(columns.map((column) => row[column]))
    old.exec('commit')
    old.close()
    const argv = ['import', 'sqlite:old/laravel.db', '--from', 'sanctum', '--env', 'production', '--yes', '--json']
    const { exitCode, stdout, stderr } = await claviger(argv, { cwd })
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ rows: 1_205, imported: 1_205, failed: 0 })
    expect(await verify(issued.at(-1)?.token ?? '')).toMatchObject({ ok: true })
  })

  test('shows first what would happen, asks, and stores nothing without a yes', async () => {
    const { run, cwd } = await projectFor('keypal', rowsOf([fromKeypal({ scopes: ['prompts:read'] })]))
    const dry = await run(['--dry-run'])
    expect([dry.exitCode, dry.stderr]).toEqual([0, expect.stringContaining('Would import 1 key')])
    const unasked = await run()
    expect([unasked.exitCode, unasked.stderr]).toEqual([2, expect.stringContaining('Pass --yes')])
    expect(unasked.stderr).toContain('1 new key')
    expect(JSON.parse((await claviger(['keys', 'list', '--json'], { cwd })).stdout).data).toEqual([])
  })

  test('run again, it goes on where it stopped, and says what was not used since', async () => {
    const issued = Array.from({ length: 150 }, () => fromKeypal({ scopes: ['prompts:read'] }))
    const { run, cwd, verify } = await projectFor('keypal', rowsOf(issued.slice(0, 120)))
    expect((await run(['--yes'])).stderr).toContain('Imported 120 keys')
    await verify(issued[0]?.token ?? '')
    writeFileSync(
      join(cwd, 'keys.ndjson'),
      rowsOf(issued)
        .map((row) => JSON.stringify(row))
        .join('\n'),
    )
    const { exitCode, stdout } = await run(['--yes', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: false, imported: 30, present: 120, failed: 0 })
    expect(exitCode).toBe(0)
    expect((await run(['--yes'])).stderr).toContain('150 were there already')
  })

  test('names the rows that cannot be imported, imports the others, and ends with 1', async () => {
    const good = fromKeypal({ scopes: ['prompts:read'] })
    const [same, salted, scoped] = [good, fromKeypal({}, 'salt'), fromKeypal({ scopes: ['fly'] })]
    const sha512 = { ...salted.row, key_hash: 'ab'.repeat(64) }
    const { run } = await projectFor('keypal', [good.row, same.row, sha512, scoped.row])
    const { exitCode, stdout, stderr } = await run(['--yes', '--json'])
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      imported: 1,
      failed: 3,
      failures: [
        { row: 2, outcome: 'duplicate' },
        { row: 3, code: 'validation_failed', field: 'tokenSha256' },
        { row: 4, code: 'validation_failed', field: 'permissions[0]' },
      ],
    })
    expect(stderr).toBe('')
  })

  test('tells in a terminal how far it has come', async () => {
    const { run } = await projectFor('keypal', rowsOf(Array.from({ length: 250 }, () => fromKeypal({ scopes: [] }))))
    const { stderr } = await run(['--yes'], { terminals: ['stderr'] })
    expect(stderr).toContain('200 rows checked')
    expect(stderr).toContain('200 keys imported')
  })
})

describe('import refuses', () => {
  test.each<[string, readonly string[], string]>([
    ['a product that it does not know', ['keys.json', '--from', 'auth0'], 'auth0'],
    ['a source without a product', ['keys.json'], '--from is missing'],
    ['a file that is not there', ['none.json', '--from', 'csv'], 'There is no file none.json.'],
    ['a file that is not a list', ['text.json', '--from', 'csv'], 'cannot be read'],
    [
      'a table with another name than tables have',
      ['sqlite:keys.db', '--from', 'csv', '--table', 'a;b'],
      '--table takes',
    ],
    ['a table that is not there', ['sqlite:keys.db', '--from', 'csv'], 'The table api_keys cannot be read'],
    ['a Redis', ['redis://127.0.0.1:1', '--from', 'keypal'], 'from Redis'],
    ['rows without an owner', ['ownerless.ndjson', '--from', 'csv', '--env', 'ci'], '--owner'],
  ])('%s', async (_, argv, message) => {
    const cwd = await sqliteProject({ importedTokens: { pattern: patternOf('csv') } })
    writeFileSync(join(cwd, 'keys.json'), '[]')
    writeFileSync(join(cwd, 'text.json'), '{"keys": "a secret text"')
    writeFileSync(join(cwd, 'ownerless.ndjson'), '{"hash":"x","name":"y"}\n')
    const { exitCode, stderr } = await claviger(['import', ...argv, '--yes'], { cwd })
    expect(exitCode).toBeGreaterThan(0)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('a secret text')
  })

  test('where the configuration takes no imported tokens', async () => {
    const cwd = await sqliteProject()
    writeFileSync(join(cwd, 'keys.ndjson'), JSON.stringify(fromKeypal({ scopes: [] }).row))
    const { exitCode, stderr } = await claviger(['import', 'keys.ndjson', '--from', 'keypal', '--env', 'ci'], { cwd })
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('importedTokens')])
  })

  test('a pattern in JSON that is not a regular expression, by its name', async () => {
    const cwd = await sqliteProject()
    const config = { prefix: 'acme', store: 'sqlite:keys.db', permissions: { prompts: ['read'] }, workspace: 'ws' }
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ ...config, importedTokens: { pattern: '(' } }))
    const { exitCode, stderr } = await claviger(['keys', 'list', '--config', 'other.json'], { cwd })
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('importedTokens.pattern is no regular expression')])
  })
})
