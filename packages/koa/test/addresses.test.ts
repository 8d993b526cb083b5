import { createServer, type Server } from 'node:http'
import { definePermissions, type Keyring, systemActor } from '@claviger/core'
import { apiKeyAuth, type ApiKeyAuthOptions } from '@claviger/koa'
import { testKeyring } from '@claviger/testing'
import Koa from 'koa'
// @ts-expect-error the alias has no types of its own
import UntypedKoa2 from 'koa2'
import request from 'supertest'
import { beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'

const Koa2 = UntypedKoa2 as typeof Koa
const majors = [
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
] as const

const made = await testKeyring({
  permissions: definePermissions({ docs: ['read'] }),
  grants: ['docs:read'],
  workspaceId: 'ws_acme',
  environment: 'production',
})
const keyring: Keyring = made.keyring
const { token } = await keyring.as(systemActor('ws_acme')).create({
  name: 'Partner',
  environment: 'production',
  owner: { type: 'user', id: 'ada' },
  allowedAddresses: ['203.0.113.0/24'],
})

let warnings: MockInstance
beforeEach(() => {
  warnings = vi
    .spyOn(process, 'emitWarning')
    .mockReset()
    .mockImplementation(() => {})
})

describe.each(majors)('%s', (_, Application) => {
  const serve = (settings: object, options?: ApiKeyAuthOptions): Server => {
    const app = Object.assign(new Application(), settings)
    app.use(apiKeyAuth(keyring, options).authenticate())
    app.use((ctx) => void (ctx.body = { ok: true }))
    const answer = app.callback()
    return createServer((req, res) => void answer(req, res))
  }
  const ask = (server: Server, forwarded: string, by: string = token): request.Test =>
    request(server).get('/').set('Authorization', `Bearer ${by}`).set('X-Forwarded-For', forwarded)

  test.each([{ proxy: true }, { proxy: true, maxIpsCount: 0 }, { proxy: true, maxIpsCount: undefined }])(
    'with %j clients choose their address: a key with addresses answers 500, with one warning',
    async (settings) => {
      const server = serve(settings)
      for (const forwarded of ['203.0.113.7', '203.0.113.7, 198.51.100.7']) {
        const { status, body } = await ask(server, forwarded)
        expect({ status, code: body.code }).toEqual({ status: 500, code: 'guard_failed' })
      }
      expect(warnings).toHaveBeenCalledTimes(1)
      expect(warnings.mock.calls[0]?.[0]).toContain('app.maxIpsCount = 1')
      expect((await ask(server, '203.0.113.7', made.token)).status).toBe(200)
    },
  )

  test.each<[object, string, number]>([
    [{}, '203.0.113.7', 403],
    [{ proxy: false, maxIpsCount: 1 }, '203.0.113.7', 403],
    [{ proxy: true, maxIpsCount: 1 }, '203.0.113.7', 200],
    [{ proxy: true, maxIpsCount: 1 }, '203.0.113.7, 198.51.100.7', 403],
    [{ proxy: true, maxIpsCount: 1 }, '198.51.100.7, 203.0.113.7', 200],
    [{ proxy: true, maxIpsCount: 2 }, '203.0.113.7, 198.51.100.7, 10.0.0.1', 403],
  ])('with %j, X-Forwarded-For: %s answers %i', async (settings, forwarded, status) => {
    expect((await ask(serve(settings), forwarded)).status).toBe(status)
    expect(warnings).not.toHaveBeenCalled()
  })

  test('failures are not counted by an address that clients choose: every request answers 500, with one warning', async () => {
    const limited = (settings: object): Server => {
      const app = Object.assign(new Application(), settings)
      const auth = apiKeyAuth(keyring)
      const limiter = { consume: () => ({ isAllowed: true, remaining: 1, resetMs: 1_000 }) }
      app.use(auth.limitFailures({ limiter, rule: { requests: 3, per: '1m' } })).use(auth.authenticate())
      app.use((ctx) => void (ctx.body = { ok: true }))
      const answer = app.callback()
      return createServer((req, res) => void answer(req, res))
    }
    for (let round = 0; round < 2; round += 1) {
      const { status, body } = await ask(limited({ proxy: true }), '203.0.113.7', made.token)
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'guard_failed' })
    }
    expect(String(warnings.mock.calls[0]?.[0])).toContain('app.maxIpsCount = 1')
    expect((await ask(limited({ proxy: true, maxIpsCount: 1 }), '203.0.113.7', made.token)).status).toBe(200)
  })

  describe('callers', () => {
    /** Who is kept, after two requests that say they came from 203.0.113.7. */
    const keptBy = async (settings: object, options?: ApiKeyAuthOptions) => {
      const { keyring: keeping, token: own } = await testKeyring({
        permissions: definePermissions({ docs: ['read'] }),
        workspaceId: 'ws_acme',
        keyring: { usage: { callers: true } },
      })
      const app = Object.assign(new Application(), settings)
      app.use(apiKeyAuth(keeping, options).authenticate())
      app.use((ctx) => void (ctx.body = { id: ctx.state.apiKey?.id }))
      const answer = app.callback()
      const server = createServer((req, res) => void answer(req, res))
      let id = ''
      for (let round = 0; round < 2; round += 1) {
        const { status, body } = await ask(server, '203.0.113.7', own).set('User-Agent', 'node/20')
        expect(status).toBe(200)
        id = body.id
      }
      await keeping.flush()
      return (await keeping.as(systemActor('ws_acme')).callers(id)).map(({ network, agent }) => [network, agent])
    }

    test('app.proxy without maxIpsCount leads to callers without networks, and one warning', async () => {
      expect(await keptBy({ proxy: true })).toEqual([[null, 'node']])
      expect(warnings).toHaveBeenCalledTimes(1)
      expect(warnings.mock.calls[0]?.[0]).toMatch(/usage\.callers: .*app\.maxIpsCount = 1.*not kept/)
    })

    test.each<[object, string]>([
      [{ proxy: true, maxIpsCount: 1 }, '203.0.0.0/16'],
      [{}, '127.0.0.0/16'],
    ])('with %j callers have the network %s', async (settings, network) => {
      expect(await keptBy(settings)).toEqual([[network, 'node']])
      expect(warnings).not.toHaveBeenCalled()
    })

    test('clientAddress of the host decides alone', async () => {
      const options: ApiKeyAuthOptions = { clientAddress: () => '2001:db8:1::2' }
      expect(await keptBy({ proxy: true }, options)).toEqual([['2001:db8:1::/48', 'node']])
      expect(warnings).not.toHaveBeenCalled()
    })
  })

  test('clientAddress of the host decides alone', async () => {
    const server = serve({ proxy: true }, { clientAddress: (ctx) => ctx.get('X-Real-IP') })
    expect((await ask(server, '203.0.113.7')).status).toBe(403)
    expect((await ask(server, '198.51.100.7').set('X-Real-IP', '203.0.113.7')).status).toBe(200)
  })
})
