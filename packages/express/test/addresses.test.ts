import { definePermissions, type Keyring, systemActor } from '@claviger/core'
import { apiKeyAuth, type ApiKeyAuthOptions } from '@claviger/express'
import { testKeyring } from '@claviger/testing'
import express, { type Express } from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import request from 'supertest'
import { beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'

const express4 = untypedExpress4 as () => Express
const majors = [
  ['Express 5', express],
  ['Express 4', express4],
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
const loopback = new Set(['127.0.0.1', '::ffff:127.0.0.1', '::1'])

let warnings: MockInstance
beforeEach(() => {
  warnings = vi
    .spyOn(process, 'emitWarning')
    .mockReset()
    .mockImplementation(() => {})
})

describe.each(majors)('%s', (_, make) => {
  const serve = (trust: unknown, options?: ApiKeyAuthOptions): Express => {
    const app = make()
    if (trust !== undefined) app.set('trust proxy', trust)
    app.use(apiKeyAuth(keyring, options).authenticate())
    app.use((_req, res) => void res.json({ ok: true }))
    return app
  }
  const ask = (app: Express, forwarded: string, by: string = token): request.Test =>
    request(app).get('/').set('Authorization', `Bearer ${by}`).set('X-Forwarded-For', forwarded)

  test.each<[string, unknown]>([
    ['true', true],
    ['a function that trusts everyone', () => true],
    ['every IPv4 address', '0.0.0.0/1, 128.0.0.0/1'],
    ['every IPv6 address', '::/1, 8000::/1'],
  ])(
    'trust proxy: %s lets clients choose their address: a key with addresses answers 500, with one warning',
    async (__, trust) => {
      const app = serve(trust)
      for (let round = 0; round < 2; round += 1) {
        const { status, body } = await ask(app, '203.0.113.7')
        expect({ status, code: body.code }).toEqual({ status: 500, code: 'guard_failed' })
      }
      expect(warnings).toHaveBeenCalledTimes(1)
      expect(warnings.mock.calls[0]?.[0]).toContain("app.set('trust proxy', 1)")
      expect((await ask(app, '203.0.113.7', made.token)).status).toBe(200)
    },
  )

  test.each<[string, unknown, string, number]>([
    ['not set', undefined, '203.0.113.7', 403],
    ['false', false, '203.0.113.7', 403],
    ['1', 1, '203.0.113.7', 200],
    ['1, and an entry forged before the real one', 1, '203.0.113.7, 198.51.100.7', 403],
    ['1, and another entry before the real one', 1, '198.51.100.7, 203.0.113.7', 200],
    ['loopback', 'loopback', '203.0.113.7', 200],
    ['loopback, and an entry forged before the real one', 'loopback', '203.0.113.7, 198.51.100.7', 403],
    ['a function', (address: string) => loopback.has(address), '203.0.113.7', 200],
  ])('trust proxy: %s', async (__, trust, forwarded, status) => {
    expect((await ask(serve(trust), forwarded)).status).toBe(status)
    expect(warnings).not.toHaveBeenCalled()
  })

  test('failures are not counted by an address that clients choose: every request answers 500, with one warning', async () => {
    const limiter = { consume: () => ({ isAllowed: true, remaining: 1, resetMs: 1_000 }) }
    const limited = (trust: unknown, options?: ApiKeyAuthOptions): Express => {
      const app = make()
      if (trust !== undefined) app.set('trust proxy', trust)
      const auth = apiKeyAuth(keyring, options)
      app.use(auth.limitFailures({ limiter: { ...limiter }, rule: { requests: 3, per: '1m' } }), auth.authenticate())
      app.use((_req, res) => void res.json({ ok: true }))
      return app
    }
    const open = limited(true)
    for (let round = 0; round < 2; round += 1) {
      const { status, body } = await ask(open, '203.0.113.7', made.token)
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'guard_failed' })
    }
    expect(warnings).toHaveBeenCalledTimes(1)
    expect(String(warnings.mock.calls[0]?.[0])).toContain("app.set('trust proxy', 1)")
    expect((await ask(limited(1), '203.0.113.7', made.token)).status).toBe(200)
    const own = limited(true, { clientAddress: (req) => req.socket.remoteAddress })
    expect((await ask(own, '203.0.113.7', made.token)).status).toBe(200)
  })

  describe('callers', () => {
    /** Who is kept, after two requests that say they came from 203.0.113.7. */
    const keptBy = async (trust: unknown, options?: ApiKeyAuthOptions) => {
      const { keyring: keeping, token: own } = await testKeyring({
        permissions: definePermissions({ docs: ['read'] }),
        workspaceId: 'ws_acme',
        keyring: { usage: { callers: true } },
      })
      const app = make()
      if (trust !== undefined) app.set('trust proxy', trust)
      app.use(apiKeyAuth(keeping, options).authenticate())
      app.use((req, res) => void res.json({ id: req.apiKey?.id }))
      let id = ''
      for (let round = 0; round < 2; round += 1) {
        const { status, body } = await ask(app, '203.0.113.7', own).set('User-Agent', 'node/20')
        expect(status).toBe(200)
        id = body.id
      }
      await keeping.flush()
      return (await keeping.as(systemActor('ws_acme')).callers(id)).map(({ network, agent }) => [network, agent])
    }

    test.each<[string, unknown]>([
      ['true', true],
      ['a function that trusts everyone', () => true],
    ])('trust proxy: %s leads to callers without networks, and one warning', async (__, trust) => {
      expect(await keptBy(trust)).toEqual([[null, 'node']])
      expect(warnings).toHaveBeenCalledTimes(1)
      expect(warnings.mock.calls[0]?.[0]).toMatch(/usage\.callers: .*app\.set\('trust proxy', 1\).*not kept/)
    })

    test.each<[unknown, string]>([
      [1, '203.0.0.0/16'],
      [undefined, '127.0.0.0/16'],
      ['10.0.0.0/8', '127.0.0.0/16'],
    ])('trust proxy: %j leads to callers with the network %s', async (trust, network) => {
      expect(await keptBy(trust)).toEqual([[network, 'node']])
      expect(warnings).not.toHaveBeenCalled()
    })

    test('clientAddress of the host decides alone', async () => {
      expect(await keptBy(true, { clientAddress: () => '2001:db8:1::2' })).toEqual([['2001:db8:1::/48', 'node']])
      expect(warnings).not.toHaveBeenCalled()
    })
  })

  test('clientAddress of the host decides alone', async () => {
    const app = serve(true, { clientAddress: (req) => req.get('X-Real-IP') })
    expect((await ask(app, '203.0.113.7')).status).toBe(403)
    expect((await ask(app, '198.51.100.7').set('X-Real-IP', '203.0.113.7')).status).toBe(200)
  })

  test('an application within another goes by the setting that counts for req.ip', async () => {
    const outer = make()
    outer.set('trust proxy', 1)
    outer.use('/inner', serve(undefined))
    const inner = (forwarded: string): request.Test =>
      request(outer).get('/inner').set('Authorization', `Bearer ${token}`).set('X-Forwarded-For', forwarded)
    expect((await inner('203.0.113.7')).status).toBe(200)
    expect((await inner('203.0.113.7, 198.51.100.7')).status).toBe(403)
  })
})
