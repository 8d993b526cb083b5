import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { definePermissions } from '@claviger/core'
import { apiKeyAuth, type ApiKeyAuthOptions, apiKeyOf } from '@claviger/express'
import { testKeyring } from '@claviger/testing'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import request from 'supertest'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { doorOf } from '@claviger/core/http'

const express4 = untypedExpress4 as () => Express
const majors = [
  ['Express 5', express],
  ['Express 4', express4],
] as const

const {
  keyring,
  token,
  key: { id },
} = await testKeyring({
  permissions: definePermissions({ docs: ['read', 'write'] }),
  grants: ['docs:read'],
  workspaceId: 'ws_acme',
  environment: 'production',
})
const authorized = { Authorization: `Bearer ${token}` }
const ok: RequestHandler = (req, res) => void res.json({ key: req.apiKey?.id ?? null })
const showError: ErrorRequestHandler = (error: Error, _req, res, _next) => void res.json({ shown: error.message })

// Faults of hosts are provoked here: keep the warnings about them off the screen.
beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}))

describe.each(majors)('%s', (_, make) => {
  const denied = (
    onDenied: ApiKeyAuthOptions['onDenied'],
    later: readonly ErrorRequestHandler[] = [showError],
  ): Express => {
    const app = make()
    app.set('env', 'test')
    app.use(apiKeyAuth(keyring, { onDenied }).authenticate(), ok)
    for (const handler of later) app.use(handler)
    return app
  }

  test('guards a router and its routes, and gives handlers the key', async () => {
    const auth = apiKeyAuth(keyring)
    const app = make()
    app.use('/v1', auth.authenticate())
    app.get(
      '/v1/ws/:ws',
      auth.workspace((req) => req.params.ws),
      auth.require('docs:read'),
      ok,
    )
    app.get('/v1/write', auth.require('docs:write'), ok)
    app.get('/open', ok)
    await request(app).get('/v1/ws/ws_acme').set(authorized).expect(200, { key: id })
    await request(app).get('/v1/ws/ws_other').set(authorized).expect(401)
    await request(app).get('/v1/write').set(authorized).expect(403)
    await request(app).get('/v1/ws/ws_acme').expect(401)
    await request(app).get('/open').expect(200, { key: null })
  })

  test('apiKeyOf gives the key behind a guard, and throws where there is none', async () => {
    const auth = apiKeyAuth(keyring)
    const own: RequestHandler = (req, res) => void res.json({ key: apiKeyOf(req).id })
    const app = make()
    app.set('env', 'test')
    const claimed: RequestHandler = (req, _res, next) => {
      Object.assign(req, { apiKey: { id: req.query.id, workspaceId: 'ws_acme' } })
      next()
    }
    app.get('/guarded', auth.authenticate(), auth.require('docs:read'), own)
    app.get('/optional', auth.authenticate({ optional: true }), own)
    app.get('/open', own)
    app.get('/claimed', claimed, own)
    app.use(showError)
    await request(app).get('/guarded').set(authorized).expect(200, { key: id })
    await request(app).get('/optional').set(authorized).expect(200, { key: id })
    for (const path of ['/optional', '/open', '/claimed?id=mine']) {
      const response = await request(app).get(path)
      expect((response.body as { shown: string }).shown).toMatch(/This request has no API key/)
    }
  })

  test('no spelling of a path reaches the handler past its guard', async () => {
    const auth = apiKeyAuth(keyring)
    const app = make()
    let handled = 0
    app.get('/admin', auth.authenticate(), auth.require('docs:write'), (_req, res) => {
      handled += 1
      res.end()
    })
    for (const path of ['/admin', '/Admin', '/admin/']) {
      await request(app).get(path).set(authorized).expect(403)
      await request(app).get(path).expect(401)
    }
    for (const path of ['/%61dmin', '//admin', '/admin;x', '/admin%2f', '/./admin']) {
      await request(app).get(path).set(authorized)
    }
    expect(handled).toBe(0)
  })

  test('onDenied has no way on: an error handler that goes on would let the request pass', async () => {
    let handled = 0
    const goesOn: ErrorRequestHandler = (_error, _req, _res, next) => next()
    for (const fails of [
      (): never => {
        throw new Error('thrown')
      },
      () => Promise.reject(new Error('rejected')),
    ]) {
      const app = make()
      let given: object = {}
      const auth = apiKeyAuth(keyring, {
        onDenied(_denial, context) {
          given = context
          return fails()
        },
      })
      app.use(auth.authenticate(), goesOn)
      app.get('/', (_req, res) => {
        handled += 1
        res.end()
      })
      app.use(goesOn)
      const response = await request(app).get('/').expect(401)
      expect(response.body).toMatchObject({ code: 'missing_credentials' })
      expect(Object.keys(given)).toEqual(['req', 'res'])
    }
    expect(handled).toBe(0)
  })

  test('onDenied cannot go on with what Express keeps on the request either', async () => {
    let handled = 0
    for (const goOn of [
      (req: { next?: (() => void) | undefined }): void => req.next?.(),
      (req: { next?: (() => void) | undefined }): void => (req.next as () => void)(),
      async (req: { next?: (() => void) | undefined }): Promise<void> => {
        await Promise.resolve()
        req.next?.()
      },
    ]) {
      const app = make()
      const auth = apiKeyAuth(keyring, { onDenied: (_denial, { req }) => goOn(req) })
      app.use('/v1', auth.authenticate())
      app.use((_req, res) => {
        handled += 1
        res.end()
      })
      const response = await request(app).get('/v1/x').expect(401)
      expect(response.body).toMatchObject({ code: 'missing_credentials' })
    }
    expect(handled).toBe(0)
  })

  test('onDenied that sends half an answer and throws has the connection cut', async () => {
    const app = denied((_denial, { res }) => {
      res.write('half')
      throw new Error('thrown')
    })
    await expect(request(app).get('/')).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  })

  test('onDenied answering with res.json keeps its own content type', async () => {
    const app = denied((denial, { res }) => void res.json({ error: denial.code }))
    const response = await request(app).get('/').expect(401, { error: 'missing_credentials' })
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
  })

  test('with NODE_ENV unset nothing of ours reaches the default error page', async () => {
    const app = make()
    app.set('env', 'development')
    app.use(apiKeyAuth(keyring).authenticate(), ok)
    const response = await request(app).get('/').set('Authorization', `Bearer "${token}"`).expect(401)
    expect(response.text).not.toContain('at ')
    expect(response.text).not.toContain(token.slice(0, 40))
  })

  test.each([
    ['apiKeyAuth', apiKeyAuth as unknown as RequestHandler, 'apiKeyAuth(keyring)'],
    ['auth.authenticate', apiKeyAuth(keyring).authenticate as unknown as RequestHandler, 'auth.authenticate()'],
    ['auth.require', apiKeyAuth(keyring).require as unknown as RequestHandler, "auth.require('docs:read')"],
    ['auth.requireAny', apiKeyAuth(keyring).requireAny as unknown as RequestHandler, "auth.requireAny('docs:read')"],
    ['auth.environment', apiKeyAuth(keyring).environment as unknown as RequestHandler, 'auth.environment('],
    ['auth.workspace', apiKeyAuth(keyring).workspace as unknown as RequestHandler, 'auth.workspace((request) => ...)'],
    ['auth.check', apiKeyAuth(keyring).check as unknown as RequestHandler, 'auth.check((apiKey, request) => ...)'],
  ])('app.use(%s) without the call fails closed and says what to write', async (_name, middleware, advice) => {
    const app = make()
    app.set('env', 'test')
    app.use(middleware, ok)
    app.use(showError)
    const response = await request(app).get('/').set(authorized)
    expect((response.body as { shown: string }).shown).toContain(advice)
  })

  test('app.use(auth) without a method is refused at once', () => {
    expect(() => make().use(apiKeyAuth(keyring) as unknown as RequestHandler)).toThrow(TypeError)
  })
})

test('a key in memory is answered for in the same tick', async () => {
  const auth = apiKeyAuth(keyring)
  await doorOf(keyring)?.check('bearer', `Bearer ${token}`)
  const headers = new Map<string, string>()
  const res = {
    headersSent: false,
    writableEnded: false,
    getHeader: (name: string) => headers.get(name),
    setHeader: (name: string, value: string) => headers.set(name, value),
  } as unknown as ServerResponse
  const req = { method: 'GET', url: '/', rawHeaders: ['Authorization', `Bearer ${token}`], headers: {} }
  let passed = 0
  const next = (): void => void (passed += 1)
  auth.authenticate()(req as unknown as IncomingMessage, res, next)
  auth.require('docs:read')(req as unknown as IncomingMessage, res, next)
  expect(passed).toBe(2)
  expect((req as { apiKey?: { id: string } }).apiKey?.id).toBe(id)
})

test('works without Express, for anything that calls (req, res, next)', async () => {
  const auth = apiKeyAuth(keyring)
  const [authenticate, require] = [auth.authenticate(), auth.require('docs:write')]
  const server = createServer((req, res) => authenticate(req, res, () => require(req, res, () => res.end('passed'))))
  await request(server).get('/').expect(401)
  await request(server).get('/').set(authorized).expect(403)
})

test('middleware is named, so that stacks read well', () => {
  const auth = apiKeyAuth(keyring)
  const names = [
    auth.authenticate(),
    auth.require('docs:read'),
    auth.requireAny('docs:read'),
    auth.workspace(() => 'x'),
  ]
  expect(names.map(({ name }) => name)).toEqual([
    'apiKeyAuthenticate',
    'apiKeyRequire',
    'apiKeyRequireAny',
    'apiKeyWorkspace',
  ])
  expect([auth.environment('ci').name, auth.check(() => true).name]).toEqual(['apiKeyEnvironment', 'apiKeyCheck'])
})
