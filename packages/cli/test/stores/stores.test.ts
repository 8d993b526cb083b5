import {
  startMariadb,
  startPostgres,
  startRedis,
  serverOrSkip,
  type ServerSuite,
  type TestServer,
} from '@claviger/test-servers'
import { describe, expect, test } from 'vitest'
import { claviger, folder, makeKey, project, type Ran, sqliteProject } from '../support/cli.ts'

const redis = await serverOrSkip('Redis', startRedis)
const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const mariadb = await serverOrSkip('MariaDB', startMariadb)

/** Every command, from making the tables to revoking, on one store. */
async function everyCommand(cwd: string): Promise<void> {
  const ran = async (...argv: readonly string[]): Promise<Ran> => {
    const result = await claviger(argv, { cwd })
    expect(result, argv.join(' ')).toMatchObject({ exitCode: 0 })
    return result
  }
  const json = async (...argv: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await ran(...argv, '--json')).stdout)

  await ran('migrate')
  await ran('doctor')
  expect(await json('permissions')).toMatchObject({ defaults: ['prompts:list', 'prompts:read', 'context:download'] })
  const bot = await json('service-accounts', 'create', '--name', 'ci-bot', '--permission', 'prompts:*')
  expect(await json('service-accounts')).toMatchObject({ data: [{ id: bot['id'], name: 'ci-bot' }] })
  const { id, token } = await makeKey(cwd, 'CI', ['--owner', `service:${String(bot['id'])}`])
  const other = await makeKey(cwd, 'Production', ['--env', 'production'])

  expect(await json('keys', 'list', '--env', 'production')).toMatchObject({ data: [{ id: other.id }], hasMore: false })
  expect(await json('keys', 'list', '--search', 'Prod')).toMatchObject({ data: [{ id: other.id }] })
  expect(await json('keys', 'get', id)).toMatchObject({ name: 'CI', status: 'active', object: 'apiKey' })
  const updated = await json(
    'keys',
    'update',
    id,
    '--name',
    'CI 2',
    '--add-permission',
    'prompts:write',
    '--expires',
    '30d',
  )
  expect(updated).toMatchObject({ name: 'CI 2', permissions: ['prompts:list', 'prompts:read', 'prompts:write'] })
  expect(await json('keys', 'disable', id, '--reason', 'checking')).toMatchObject({ status: 'disabled' })
  expect(await json('keys', 'enable', id)).toMatchObject({ status: 'active' })
  expect(await json('keys', 'rotate', id, '--overlap', '1h')).toMatchObject({ key: { id, status: 'rotating' } })
  expect(await json('keys', 'usage', id)).toMatchObject({ totals: { requests: 0 } })
  expect(await json('keys', 'usage')).toMatchObject({ totals: { requests: 0 }, byKey: [] })
  expect(await json('keys', 'finish-rotation', id)).toMatchObject({ status: 'active' })
  const { exitCode, stdout } = await claviger(['keys', 'diagnose', '-', '--json'], { cwd, input: `${token}\n` })
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, keyId: id })
  expect(exitCode).toBe(1)
  expect(await json('keys', 'diagnose', other.id)).toMatchObject({ ok: true })
  const { data: log } = (await json('keys', 'events', id)) as { data: readonly { action: string }[] }
  expect(log.map(({ action }) => action)).toEqual([
    'key.overlapEnded',
    'key.rotated',
    'key.enabled',
    'key.disabled',
    'key.updated',
    'key.created',
  ])
  expect(await json('keys', 'audit', '--max-age', '90d', '--unused', '90d')).toMatchObject({ checked: 2, overdue: 0 })
  expect(await json('keys', 'prune', '--unused', '90d', '--yes')).toMatchObject({ keys: [] })
  expect((await claviger(['keys', 'audit', '--max-age', '0s'], { cwd })).exitCode).toBe(1)
  expect(await json('keys', 'revoke', other.id, '--yes')).toMatchObject({ data: [{ ok: true }] })
  expect(await json('service-accounts', 'delete', String(bot['id']), '--yes')).toMatchObject({ name: 'ci-bot' })
  expect(await json('keys', 'list', '--all')).toMatchObject({ data: [{ status: 'revoked' }, { status: 'revoked' }] })
}

describe('every command works on SQLite', () => {
  test('from the tables to the last key', async () => {
    await everyCommand(await sqliteProject())
  })
})

const servers: readonly (readonly [string, ServerSuite<TestServer>, object])[] = [
  ['Redis', redis, { storeOptions: { allowVolatileStore: true } }],
  ['PostgreSQL', postgres, {}],
  ['MariaDB', mariadb, {}],
]
for (const [name, server, config] of servers) {
  server.describe(`every command works on ${name}`, () => {
    test('from the tables to the last key', async () => {
      await everyCommand(project(server.server().url, { ...config }))
    })
  })
}

describe('a server that does not answer', () => {
  test.each(['redis://127.0.0.1:1', 'postgres://127.0.0.1:1/none', 'mysql://127.0.0.1:1/none'])(
    'ends with 5: %s',
    async (store) => {
      const { exitCode, stdout, stderr } = await claviger(['keys'], { cwd: project(store) })
      expect(stderr).toContain('Fix: Find out what is wrong: npx claviger doctor.')
      expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' })
    },
  )
})

describe('a store that cannot be opened', () => {
  test.each(['mongodb://x', 'postgres', 'sqlite:', 'sqlite::memory:', 'http://x'])(
    'by its URL ends with 2: %s',
    async (store) => {
      const { exitCode, stderr } = await claviger(['keys', '--store', store, '-w', 'ws'], { cwd: folder() })
      expect(stderr).toContain('sqlite:keys.db')
      expect(exitCode).toBe(2)
    },
  )

  test.each([
    ['postgres://localhost/app', 'pg'],
    ['mysql://localhost/app', 'mysql2'],
    ['redis://localhost', 'ioredis'],
  ])('because its driver is not installed names the package: %s', async (store, name) => {
    const io = {
      resolveFrom: () => undefined,
      importModule: () => Promise.reject(new Error('Cannot find package')),
    }
    const { exitCode, stderr } = await claviger(['keys', '--store', store, '-w', 'ws'], { cwd: folder(), io })
    expect(stderr).toContain(`npm install ${name}`)
    expect(exitCode).toBe(2)
  })

  test('because there is no SQLite names what to install', async () => {
    const io = { resolveFrom: () => undefined, importModule: () => Promise.reject(new Error('none')) }
    const { exitCode, stderr } = await claviger(['migrate', '--store', 'sqlite:keys.db'], { cwd: folder(), io })
    expect(stderr).toContain('npm install libsql')
    expect(exitCode).toBe(2)
  })

  test('because its folder is not there ends with 5', async () => {
    const { exitCode, stderr } = await claviger(['migrate', '--store', 'sqlite:none/keys.db'], { cwd: folder() })
    expect(stderr).toContain('none/keys.db cannot be opened')
    expect(exitCode).toBe(5)
  })
})
