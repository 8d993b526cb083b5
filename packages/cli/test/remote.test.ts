import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyring, definePermissions, type Keyring, type Limiter, systemActor } from '@claviger/core'
import { mount as mountOnExpress } from '@claviger/express'
import { mount as mountOnKoa } from '@claviger/koa'
import { authorizeWithApiKey, managementApi } from '@claviger/management'
import { memoryStore } from '@claviger/store-memory'
import express from 'express'
import Koa from 'koa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { claviger, folder, type Ran } from './support/cli.ts'

const signIn = 'operator-sign-in'

const limiter: Limiter = {
  consume: () => expect.unreachable(),
  peek: () => ({ isAllowed: true, remaining: 599, resetMs: 30_000 }),
}

const frameworks = [
  [
    'Express',
    (api: ReturnType<typeof managementApi>) =>
      express().use('/api/api-keys', mountOnExpress(api)).listen(0, '127.0.0.1'),
  ],
  [
    'Koa',
    (api: ReturnType<typeof managementApi>) =>
      new Koa().use(mountOnKoa(api, { prefix: '/api/api-keys' })).listen(0, '127.0.0.1'),
  ],
] as const

function makeKeyring(): Keyring {
  const keyring = createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['list', 'read', 'write'] }),
    defaultPermissions: ['prompts:list'],
    owners: 'unbounded',
  })
  onTestFinished(() => keyring.close())
  return keyring
}

async function address(server: Server): Promise<string> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/api-keys`
}

describe.each(frameworks)('through a management API on %s', (_framework, serve) => {
  test('every command works', async () => {
    const keyring = makeKeyring()
    const api = managementApi({
      keyring,
      authorize: ({ request }) =>
        request.headers.get('authorization') === `Bearer ${signIn}` ? systemActor('ws_acme') : null,
      limits: [{ limiter, by: 'key', rule: { requests: 600, per: '1m' } }],
    })
    const url = await address(serve(api))
    const env = { CLAVIGER_URL: url, CLAVIGER_TOKEN: signIn, CLAVIGER_OWNER: 'user:ada' }
    const cwd = folder()
    const ran = async (...argv: readonly string[]): Promise<Ran> => {
      const result = await claviger(argv, { cwd, env })
      expect(result, argv.join(' ')).toMatchObject({ exitCode: 0 })
      return result
    }
    const json = async (...argv: readonly string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await ran(...argv, '--json')).stdout)

    expect(await json('doctor', '-w', 'ws_acme')).toMatchObject({ ok: true })
    expect(await json('permissions')).toMatchObject({ object: 'permissions', defaults: ['prompts:list'] })
    const bot = await json('service-accounts', 'create', '--name', 'ci-bot', '--permission', 'prompts:*')
    expect(await json('service-accounts')).toMatchObject({ data: [{ id: bot['id'] }] })
    const made = await ran('keys', 'create', '--name', 'CI', '--env', 'ci', '--expires', '90d', '-q')
    expect(made).toMatchObject({ stdout: expect.stringMatching(/^acme_ci_[0-9A-Za-z]{65}\n$/), stderr: '' })
    const id = made.stdout.slice(8, 24)
    expect(await json('keys')).toMatchObject({ data: [{ id, owner: { type: 'user', id: 'ada' }, requestCount30d: 0 }] })
    expect(await json('keys', 'get', id)).toMatchObject({ name: 'CI', effectivePermissions: ['prompts:list'] })
    expect(await json('keys', 'update', id, '--add-permission', 'prompts:read')).toMatchObject({ revision: 2 })
    expect(await json('keys', 'disable', id)).toMatchObject({ status: 'disabled' })
    expect(await json('keys', 'enable', id)).toMatchObject({ status: 'active' })
    expect(await json('keys', 'rotate', id)).toMatchObject({ key: { status: 'rotating' }, tokenShownOnce: true })
    expect(await json('keys', 'usage', id)).toMatchObject({ object: 'keyUsage' })
    expect(await json('keys', 'usage')).toMatchObject({ object: 'usage' })
    expect(await json('keys', 'limits', id)).toMatchObject({ limits: [{ name: 'key', remaining: 599 }] })
    expect((await ran('keys', 'limits', id)).stdout).toMatch(/600 per 1m +599/)
    expect(await json('keys', 'finish-rotation', id)).toMatchObject({ status: 'active' })
    const diagnosed = await claviger(['keys', 'diagnose', '-'], { cwd, env, input: made.stdout })
    expect(diagnosed).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('rotat') })
    expect(await json('keys', 'events', id)).toMatchObject({
      data: expect.arrayContaining([{}].map(() => expect.objectContaining({ action: 'key.created' }))),
    })
    expect(await json('keys', 'audit')).toMatchObject({ checked: 1, overdue: 0 })
    expect(await json('keys', 'prune', '--unused', '90d')).toMatchObject({ keys: [] })
    expect(await json('keys', 'revoke', id, '--yes', '--reason', 'leaked')).toMatchObject({
      data: [{ ok: true, code: null }],
    })
    expect(await json('service-accounts', 'delete', String(bot['id']), '--yes')).toMatchObject({ name: 'ci-bot' })
    expect((await claviger(['keys', 'get', '0123456789abcdef'], { cwd, env })).exitCode).toBe(3)
    expect((await claviger(['keys', 'rotate', id], { cwd, env })).exitCode).toBe(1)
  })

  test('a key signs in from a file, and can do what it holds', async () => {
    const keyring = makeKeyring()
    const url = await address(serve(managementApi({ keyring, authorize: authorizeWithApiKey(keyring) })))
    const create = async (permissions: readonly string[]): Promise<string> =>
      (
        await keyring.as(systemActor('ws_acme')).create({
          name: 'Operator',
          environment: 'ci',
          owner: { type: 'user', id: 'ada' },
          permissions,
        })
      ).token
    const cwd = folder()
    writeFileSync(join(cwd, 'token'), `${await create(['prompts:*', 'keys:manage'])}\n`)
    const flags = ['--url', url, '--token-file', 'token']
    expect(await claviger(['keys', 'list', ...flags], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Operator'),
    })
    const other = await claviger(['keys', 'list', ...flags, '-w', 'ws_other'], { cwd })
    expect(other).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('is for the workspace ws_acme') })
    const piped = await claviger(['keys', '--url', url, '--token-file', '-'], {
      cwd,
      input: await create(['prompts:read']),
    })
    expect(piped.exitCode).toBe(4)
    const { exitCode, stderr } = await claviger(['keys', '--url', url, '--json'], {
      cwd,
      env: { CLAVIGER_TOKEN: 'none' },
    })
    expect(exitCode).toBe(4)
    expect(JSON.parse(stderr)).toMatchObject({ code: 'unauthenticated', exitCode: 4 })
  })
})

describe('a management API', () => {
  test('without a key to sign in with ends with 4', async () => {
    const { exitCode, stderr } = await claviger(['keys', '--url', 'http://127.0.0.1:1/'])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('Pass --token-file')
  })

  test('that does not answer ends with 5', async () => {
    const env = { CLAVIGER_TOKEN: 'x' }
    const { exitCode, stderr } = await claviger(['keys', '--url', 'http://127.0.0.1:1/'], { env })
    expect(exitCode).toBe(5)
    expect(stderr).toContain('Is the server running')
  })

  test.each(['ftp://x', 'nonsense', 'https://me:pw@app.example.com'])('at %s ends with 2', async (url) => {
    const { exitCode, stderr } = await claviger(['keys', '--url', url], { env: { CLAVIGER_TOKEN: 'x' } })
    expect(exitCode).toBe(2)
    expect(stderr).not.toContain('pw@')
  })
})
