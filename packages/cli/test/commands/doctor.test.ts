import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { clockCheck } from '../../src/doctoring/store-checks.ts'
import { policyChecks } from '../../src/doctoring/policy-checks.ts'
import { claviger, folder, project, sqliteProject } from '../support/cli.ts'

describe('doctor', () => {
  test('finds nothing wrong with a project that works, and says what is weak', async () => {
    const cwd = await sqliteProject()
    const { exitCode, stdout, stderr } = await claviger(['doctor'], { cwd })
    expect(stdout).toContain('claviger.config.json was loaded.')
    expect(stdout).toContain('The store is as this version needs it.')
    expect(stdout).toMatch(/! owners +Keys of users who leave keep working/)
    expect(stderr).toMatch(/checks: 0 failed, 1 warning\./)
    expect(exitCode).toBe(0)
  })

  test('shows the same as JSON', async () => {
    const cwd = await sqliteProject()
    const { stdout } = await claviger(['doctor', '--json'], { cwd })
    const { ok, checks } = JSON.parse(stdout)
    expect(ok).toBe(true)
    expect(checks.map(({ name }: { name: string }) => name)).toEqual([
      'config',
      'store',
      'schema',
      'keyring',
      'workspace',
      'hashing',
      'owners',
    ])
  })

  test('ends with 5 when the store does not answer', async () => {
    const cwd = project('postgres://127.0.0.1:1/none')
    const { exitCode, stdout } = await claviger(['doctor'], { cwd })
    expect(stdout).toMatch(/\u2717 store +postgres:\/\/127\.0\.0\.1:1\/none: /)
    expect(exitCode).toBe(5)
  })

  test('ends with 2 when nothing is configured', async () => {
    const { exitCode, stdout } = await claviger(['doctor'], { cwd: folder() })
    expect(stdout).toContain('Fix: Write a configuration: npx claviger init.')
    expect(exitCode).toBe(2)
  })

  test('ends with 2 when a keyring does not start with the configuration', async () => {
    const cwd = await sqliteProject({ prefix: 'Not A Prefix' })
    const { exitCode, stdout } = await claviger(['doctor'], { cwd })
    expect(stdout).toMatch(/\u2717 keyring +Expected prefix/)
    expect(exitCode).toBe(2)
  })

  test.each([
    [401, { 'WWW-Authenticate': 'Bearer realm="api"' }, 0],
    [401, {}, 1],
    [200, {}, 1],
  ])('looks whether a route refuses requests without a key: %s %o', async (status, headers, expected) => {
    const cwd = await sqliteProject()
    const url = await serving(createServer((_request, response) => response.writeHead(status, headers).end()))
    const { exitCode, stdout } = await claviger(['doctor', '--router', url], { cwd })
    expect(stdout).toContain('router')
    expect(exitCode).toBe(expected)
  })

  test('says when the route does not answer at all', async () => {
    const cwd = await sqliteProject()
    const { exitCode } = await claviger(['doctor', '--router', 'http://127.0.0.1:1/'], { cwd })
    expect(exitCode).toBe(5)
  })
})

describe('the clocks', () => {
  test.each([
    [0, 'ok'],
    [-999, 'ok'],
    [1_000, 'warning'],
    [-29_999, 'warning'],
    [30_000, 'failed'],
  ])('%d ms apart are %s', (skew, state) => {
    expect(clockCheck(skew).state).toBe(state)
  })
})

describe('a policy', () => {
  test.each([
    [{ owners: 'unbounded' }, 'owners is unbounded'],
    [{ policy: { rotateAfter: null } }, 'policy.rotateAfter'],
    [{ policy: { unusedAfter: null } }, 'policy.unusedAfter'],
    [{ policy: { maxOverlap: '90d' } }, 'policy.maxOverlap'],
    [{ staleIfErrorMs: 1_000 }, 'staleIfErrorMs'],
    [{ allowSharedStore: true }, 'allowSharedStore'],
    [{ storeOptions: { allowVolatileStore: true } }, 'allowVolatileStore'],
    [{ defaultPermissions: ['keys:manage'] }, 'keys:manage'],
  ] as const)('that is weak is named: %o', (config, named) => {
    const found = policyChecks(config).filter(({ state }) => state === 'warning')
    expect(found.map(({ detail }) => detail)).toEqual([expect.stringContaining(named)])
  })

  test('that is as strong as the defaults is fine', () => {
    expect(
      policyChecks({ policy: { rotateAfter: '30d', maxOverlap: '7d' } }).every(({ state }) => state === 'ok'),
    ).toBe(true)
  })
})

async function serving(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
