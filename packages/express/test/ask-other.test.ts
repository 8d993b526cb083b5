import { definePermissions } from '@claviger/core'
import { apiKeyAuth, type OtherMiddleware } from '@claviger/express'
import { testKeyring } from '@claviger/testing'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import request from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'

// Warnings are what the tests provoke.
process.removeAllListeners('warning')

const { keyring, token } = await testKeyring({
  permissions: definePermissions({ prompts: ['read'] }),
  grants: ['prompts:read'],
})
const auth = apiKeyAuth(keyring)
const grants = { permissionsOf: () => ['prompts:read'] } as const
const handle: RequestHandler = (_req, res) => void res.json({ handled: true })

describe.each([
  ['Express 5', express],
  ['Express 4', untypedExpress4 as () => Express],
] as const)('another authenticator on %s', (_, make) => {
  /** An application with `either`, a guard, and an error handler that sends the request on, as it must not. */
  function appWith(
    other: OtherMiddleware,
    options: Parameters<typeof auth.either>[1] = grants,
  ): Express & { handled: number } {
    const app = Object.assign(make(), { handled: 0 })
    const goOn: ErrorRequestHandler = (_error, _req, _res, next) => next()
    app.use(auth.either(other, options), goOn)
    app.get('/open', (req, res, next) => ((app.handled += 1), handle(req, res, next)))
    app.get('/', auth.require('prompts:read'), (req, res, next) => ((app.handled += 1), handle(req, res, next)))
    return app
  }

  test('may call next later, and twice: the request goes on once', async () => {
    const app = appWith((_req, _res, next) => {
      setImmediate(next)
      setImmediate(next)
    })
    await request(app).get('/').expect(200)
    await request(app).get('/').expect(200)
    expect(app.handled).toBe(2)
  })

  test('may be an async function, and any thenable', async () => {
    await request(appWith(async (_req, _res, next) => next()))
      .get('/')
      .expect(200)
    // oxlint-disable-next-line unicorn/no-thenable
    await request(appWith((_req, _res, next) => (next(), { then: () => {} })))
      .get('/')
      .expect(200)
  })

  test.each<[string, OtherMiddleware]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['passes an error on', (_req, _res, next) => next(new Error('no'))],
    [
      'passes an error on later, and then goes on',
      (_req, _res, next) => setImmediate(() => (next(new Error('no')), next())),
    ],
    ['skips the route', (_req, _res, next) => next('route')],
  ])('that %s: no guard passes the request, whatever the error handler does', async (_what, other) => {
    const app = appWith(other)
    const { status, body } = await request(app).get('/')
    expect([status, (body as { code?: string }).code]).toEqual([401, 'missing_credentials'])
    expect(app.handled).toBe(0)
  })

  test('may answer, and call next as well: the handler is not reached', async () => {
    const app = appWith((_req, res, next) => {
      res.status(401).json({ by: 'other' })
      next()
    })
    await request(app).get('/').expect(401, { by: 'other' })
    expect(app.handled).toBe(0)
  })

  test('that fails after a denial does not send the request on', async () => {
    const denied = { permissionsOf: () => undefined as never }
    const others: OtherMiddleware[] = [
      (_req, _res, next) => (next(), Promise.reject(new Error('late'))),
      (_req, _res, next) => {
        next()
        throw new Error('late')
      },
      (_req, _res, next) => (next(), next(new Error('late'))),
    ]
    for (const other of others) {
      const app = appWith(other, denied)
      await request(app).get('/open').expect(500)
      await new Promise(setImmediate)
      expect(app.handled).toBe(0)
    }
  })

  test('that fails while its permissions are read ends there', async () => {
    const app = appWith((_req, _res, next) => (next(), Promise.reject(new Error('late'))), {
      permissionsOf: () => new Promise((resolve) => setImmediate(resolve, ['prompts:read'])),
    })
    await request(app).get('/').expect(401)
    expect(app.handled).toBe(0)
  })

  test('sets what it likes, and headers of its own stay', async () => {
    const app = make()
    const other: OtherMiddleware = (req, res, next) => {
      Object.assign(req, { user: { id: 'ada' } })
      res.setHeader('Set-Cookie', 'a=1')
      next()
    }
    app.get('/', auth.either(other, grants), auth.require('prompts:read'), (req, res) => {
      res.json({ user: (req as { user?: unknown }).user, key: req.apiKey ?? null })
    })
    const reply = await request(app)
      .get('/')
      .expect(200, { user: { id: 'ada' }, key: null })
    expect(reply.headers).toMatchObject({ 'set-cookie': ['a=1'], vary: 'Authorization, X-API-Key' })
  })

  test('may be a router', async () => {
    const router = express.Router()
    router.use((req, res, next) => (req.headers.cookie === undefined ? void res.status(401).end('router') : next()))
    const app = appWith(router)
    await request(app).get('/').expect(401, 'router')
    await request(app).get('/').set('Cookie', 'a=1').expect(200)
    await request(app).get('/').set('Authorization', `Bearer ${token}`).expect(200)
  })

  test('that is another keyring counts keys of both prefixes', async () => {
    const second = await testKeyring({
      permissions: definePermissions({ prompts: ['read'] }),
      keyring: { prefix: 'second' },
    })
    onTestFinished(() => second.keyring.close())
    const other = apiKeyAuth(second.keyring)
    const app = appWith(other.authenticate(), grants)
    await request(app).get('/').set('Authorization', `Bearer ${token}`).expect(200)
    await request(app).get('/').set('Authorization', `Bearer ${second.token}`).expect(200)
    await request(app).get('/').expect(401)
  })
})

test.each([undefined, null, 'jwt', {}, []])('either refuses what is no function (%j)', (other) => {
  expect(() => auth.either(other as OtherMiddleware)).toThrow(/Expected auth\.either\(\) to get a function/)
})

test('either that is mounted without being called says what is meant', async () => {
  const app = express().use(auth.either as unknown as RequestHandler)
  app.use(((error: Error, _req, res, _next) => void res.status(500).end(error.message)) as ErrorRequestHandler)
  const { text } = await request(app).get('/')
  expect(text).toMatch(/either makes the middleware; it is not one itself/)
})

test.each([
  [{ permissionOf: () => [] }, /permissionsOf/],
  [{ permissionsOf: ['prompts:read'] }, /`permissionsOf` to be a function, got an array/],
  [{ workspace: 'ws_acme' }, /`workspace` to be a function, got string/],
  [{ permissionsOf: undefined }, /`permissionsOf` to be a function, got undefined/],
])('either refuses options that are wrong (%o)', (options, message) => {
  expect(() => auth.either(handle, options as never)).toThrow(message)
})
