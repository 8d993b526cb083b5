import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { definePermissions, systemActor } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import { testClock, testKeyring } from '@claviger/testing'
import express from 'express'
import { afterAll, describe, expect, test } from 'vitest'
import { apiKeyFromEnv, createFetch, type ExpiryNotice } from '../src/index.ts'
import { rejection } from './fetch/api.ts'

// The client against the server that it is for: Express with a keyring, on a real socket.

const permissions = definePermissions({ prompts: ['list', 'write'] })
const clock = testClock(Date.now())
const { keyring, issue } = await testKeyring({ permissions, keyring: { prefix: 'acme', clock } })
const app = express()
const auth = apiKeyAuth(keyring, { header: 'X-API-Key' })
let attempts = 0
app.use('/v1', auth.authenticate())
app.get('/v1/prompts', auth.require('prompts:list'), (_req, res) => void res.json(['one']))
app.post(
  '/v1/prompts',
  auth.require('prompts:write'),
  express.json(),
  (req, res) => void res.status(201).json(req.body),
)
app.get('/v1/production', auth.environment('production'), (_req, res) => void res.json(['one']))
app.get(
  '/v1/ws/:ws',
  auth.workspace((req) => req.params['ws']),
  (_req, res) => void res.json(['one']),
)
app.post('/v1/flaky', (_req, res) => {
  attempts += 1
  res
    .status(attempts < 3 ? 503 : 200)
    .set('Retry-After', '0')
    .json({ code: 'verifier_busy' })
})
const server = createServer(app).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`

function client(token: string, options?: object): ReturnType<typeof createFetch> {
  const apiKey = apiKeyFromEnv('ACME_API_KEY', { prefix: 'acme', env: { ACME_API_KEY: token } })
  return createFetch({ apiKey, baseUrl, ...options })
}

afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await keyring.close()
})

describe.each([{}, { header: 'X-API-Key' }])('with %j, a good key', (options) => {
  test('reads and writes', async () => {
    const { token } = await issue()
    const api = client(token, options)
    expect(await (await api('/prompts')).json()).toEqual(['one'])
    const init = { method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } }
    const created = await api('/prompts', init)
    expect([created.status, await created.json()]).toEqual([201, { a: 1 }])
  })

  test('has its POST sent again when it was refused before the handler', async () => {
    const { token } = await issue()
    attempts = 0
    expect((await client(token, options)('/flaky', { method: 'POST', body: 'x' })).status).toBe(200)
    expect(attempts).toBe(3)
  })
})

describe('each refusal arrives with its code:', () => {
  test('a revoked, a disabled and a rotated key', async () => {
    const manager = keyring.as(systemActor('ws_test'))
    const [revoked, disabled, rotated] = [await issue(), await issue(), await issue()]
    await manager.revoke(revoked.key.id)
    await manager.disable(disabled.key.id)
    await manager.rotate(rotated.key.id, { overlap: 0 })
    const codes = []
    for (const { token } of [revoked, disabled, rotated]) {
      codes.push((await rejection(client(token)('/prompts')))['problem'])
    }
    expect(codes).toMatchObject([{ code: 'key_revoked' }, { code: 'key_disabled' }, { code: 'key_rotated' }])
  })

  test('what a key may not do, and where', async () => {
    const { token } = await issue({ permissions: ['prompts:list'] })
    const api = client(token)
    expect(await rejection(api('/prompts', { method: 'POST' }))).toMatchObject({
      code: 'permission_denied',
      status: 403,
      problem: { code: 'insufficient_permission', requiredPermissions: ['prompts:write'] },
    })
    expect(await rejection(api('/production'))).toMatchObject({
      code: 'permission_denied',
      problem: { code: 'wrong_environment' },
    })
    expect(await rejection(api('/ws/other'))).toMatchObject({
      code: 'invalid_key',
      problem: { code: 'wrong_workspace' },
    })
  })

  test('a key that is not there', async () => {
    const { token } = await (await testKeyring({ seed: 2, keyring: { prefix: 'acme' } })).issue()
    expect(await rejection(client(token)('/prompts'))).toMatchObject({
      code: 'invalid_key',
      problem: { code: 'invalid_key' },
    })
  })
})

test('a key that ends soon is reported, with the time that the server knows', async () => {
  const expiresAt = new Date(Math.floor(clock.now() / 1000) * 1000 + 3 * 86_400_000)
  const { token } = await issue({ expiresAt })
  const notices: ExpiryNotice[] = []
  await client(token, { onExpiring: (notice: ExpiryNotice) => notices.push(notice) })('/prompts')
  expect(notices.map((notice) => notice.expiresAt)).toEqual([expiresAt])
})
