import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http'
import {
  connect,
  constants as http2Constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { definePermissions, systemActor } from '@claviger/core'
import { apiKeyAuth, type ApiKeyAuthOptions, apiKeyOf } from '@claviger/koa'
import { testKeyring } from '@claviger/testing'
import { Router } from '@koa/router'
import Koa3, { type default as Koa } from 'koa'
// @ts-expect-error the alias has no types of its own
import UntypedKoa2 from 'koa2'
import request from 'supertest'
import { beforeAll, describe, expect, test, vi } from 'vitest'

const Koa2 = UntypedKoa2 as typeof Koa
const majors = [
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
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
const ok: Koa.Middleware = (ctx) => {
  ctx.body = { key: ctx.state.apiKey?.id ?? null }
}
const problemType = 'application/problem+json; charset=utf-8'

/** Requests, allowed ones and server errors, of the key until now. */
async function countsOf(): Promise<readonly number[]> {
  await keyring.flush()
  const { totals } = await keyring.as(systemActor('ws_acme')).usage(id)
  return [totals.requests, totals.allowed, totals.serverErrors]
}

// Faults of hosts are provoked here: keep the warnings about them off the screen.
beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}))

describe.each(majors)('%s', (_, Framework) => {
  const serve = (...middleware: readonly Koa.Middleware[]): Server => {
    const app = new Framework()
    app.silent = true
    for (const each of middleware) app.use(each)
    const callback = app.callback()
    return createServer((req, res) => void callback(req, res))
  }
  const denied = (onDenied: ApiKeyAuthOptions['onDenied']): Server =>
    serve(apiKeyAuth(keyring, { onDenied }).authenticate(), ok)

  test('guards the routes of @koa/router, and gives handlers the key', async () => {
    const auth = apiKeyAuth(keyring)
    const router = new Router()
    router.get(
      '/ws/:ws',
      auth.workspace((ctx) => ctx.params.ws),
      auth.require('docs:read'),
      ok,
    )
    router.get('/write', auth.require('docs:write'), ok)
    const server = serve(auth.authenticate(), router.routes() as unknown as Koa.Middleware)
    await request(server).get('/ws/ws_acme').set(authorized).expect(200, { key: id })
    await request(server).get('/ws/ws_other').set(authorized).expect(401)
    await request(server).get('/write').set(authorized).expect(403)
    await request(server).get('/ws/ws_acme').expect(401)
  })

  test('apiKeyOf gives the key behind a guard, and throws where there is none', async () => {
    const auth = apiKeyAuth(keyring)
    const own: Koa.Middleware = (ctx) => {
      ctx.body = { key: apiKeyOf(ctx).id }
    }
    const claimed: Koa.Middleware = (ctx, next) => {
      Object.assign(ctx.state, { apiKey: { id: ctx.query.id, workspaceId: 'ws_acme' } })
      return next()
    }
    await request(serve(auth.authenticate(), auth.require('docs:read'), own))
      .get('/')
      .set(authorized)
      .expect(200, { key: id })
    for (const chain of [[auth.authenticate({ optional: true })], [], [claimed]]) {
      await request(serve(...chain, own))
        .get('/?id=mine')
        .expect(500)
    }
  })

  test('the challenge survives, and middleware above sees the status', async () => {
    const seen: unknown[] = []
    const server = serve(
      async (ctx, next) => {
        await next()
        seen.push(ctx.status, ctx.response.get('WWW-Authenticate'), ctx.type)
      },
      apiKeyAuth(keyring).authenticate(),
      ok,
    )
    const response = await request(server).get('/').expect(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="api"')
    expect(seen).toEqual([401, 'Bearer realm="api"', 'application/problem+json'])
  })

  test.each([
    ['an object', { early: true }],
    ['text', 'early'],
    ['null', null],
  ])('a body that was set before (%s) does not show through a refusal', async (_kind, body) => {
    const server = serve(
      (ctx, next) => {
        ctx.type = 'application/json'
        ctx.body = body
        return next()
      },
      apiKeyAuth(keyring).authenticate(),
      ok,
    )
    const response = await request(server).get('/').expect(401).expect('Content-Type', problemType)
    expect(response.body).toMatchObject({ code: 'missing_credentials' })
  })

  test('a body that was set before is no answer of onDenied', async () => {
    const server = serve(
      (ctx, next) => {
        ctx.type = 'application/json'
        ctx.body = 'early'
        return next()
      },
      apiKeyAuth(keyring, { onDenied() {} }).authenticate(),
      ok,
    )
    await request(server).get('/').expect(401).expect('Content-Type', problemType)
  })

  test('a refusal is sent even if ctx.respond was switched off before', async () => {
    const server = serve(
      (ctx, next) => {
        ctx.respond = false
        return next()
      },
      apiKeyAuth(keyring).authenticate(),
      ok,
    )
    await request(server).get('/').expect(401).expect('Content-Type', problemType)
  })

  test.each([null, undefined])('onDenied that sets the body to %s leaves the problem document', async (body) => {
    const server = denied((_denial, ctx) => {
      ctx.body = body
    })
    await request(server).get('/').expect(401).expect('Content-Type', problemType)
  })

  test('onDenied that sets a body and then throws leaves the problem document', async () => {
    const server = denied((_denial, ctx) => {
      ctx.status = 200
      ctx.body = { own: true }
      throw new Error('thrown')
    })
    const response = await request(server).get('/').expect(401).expect('Content-Type', problemType)
    expect(response.body).toMatchObject({ code: 'missing_credentials' })
  })

  test('onDenied may set an object as body, now or later, with its own content type', async () => {
    for (const wait of [() => undefined, () => setImmediate()]) {
      const server = denied(async (denial, ctx) => {
        await wait()
        ctx.body = { error: denial.code }
      })
      const response = await request(server).get('/').expect(401, { error: 'missing_credentials' })
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    }
  })

  test('onDenied may take over the raw response', async () => {
    const server = denied((denial, ctx) => {
      ctx.respond = false
      ctx.res.end(denial.code)
    })
    const response = await request(server).get('/').expect(401)
    expect(response.text).toBe('missing_credentials')
  })

  test('errors of the handler are left to Koa', async () => {
    const server = serve(apiKeyAuth(keyring).authenticate(), () => {
      throw new Error('handler')
    })
    await request(server).get('/').set(authorized).expect(500, 'Internal Server Error')
  })

  test('what the handler does is waited for', async () => {
    const order: string[] = []
    const server = serve(
      async (_ctx, next) => {
        await next()
        order.push('after')
      },
      apiKeyAuth(keyring).authenticate(),
      apiKeyAuth(keyring).require('docs:read'),
      async (ctx) => {
        await setImmediate()
        order.push('handler')
        ctx.body = 'done'
      },
    )
    await request(server).get('/').set(authorized).expect(200, 'done')
    expect(order).toEqual(['handler', 'after'])
  })

  test.each([
    ['apiKeyAuth', apiKeyAuth as unknown as Koa.Middleware, 'apiKeyAuth(keyring)'],
    ['auth.authenticate', apiKeyAuth(keyring).authenticate as unknown as Koa.Middleware, 'auth.authenticate()'],
    ['auth.require', apiKeyAuth(keyring).require as unknown as Koa.Middleware, "auth.require('docs:read')"],
    ['auth.workspace', apiKeyAuth(keyring).workspace as unknown as Koa.Middleware, 'auth.workspace((request) => ...)'],
    ['auth.check', apiKeyAuth(keyring).check as unknown as Koa.Middleware, 'auth.check((apiKey, request) => ...)'],
  ])('app.use(%s) without the call fails closed and says what to write', async (_name, middleware, advice) => {
    const server = serve(
      async (ctx, next) => {
        try {
          await next()
        } catch (error) {
          ctx.body = { shown: (error as Error).message }
        }
      },
      middleware,
      ok,
    )
    const response = await request(server).get('/').set(authorized)
    expect((response.body as { shown: string }).shown).toContain(advice)
  })

  test('answers the same over HTTP/2, and sees two lines of a field there', async () => {
    const app = new Framework()
    app.silent = true
    app.use(apiKeyAuth(keyring, { header: 'X-API-Key' }).authenticate())
    app.use(ok)
    const callback = app.callback()
    const server = createHttp2Server((req, res) => void callback(req, res))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const ask = async (headers: OutgoingHttpHeaders): Promise<unknown> => {
      const stream = session.request(headers)
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }]
      const { code, key } = JSON.parse(await text(stream)) as Record<string, unknown>
      return [answer[':status'], answer['www-authenticate'], answer.vary, code ?? key]
    }
    const vary = 'Authorization, X-API-Key'
    expect(await ask({ authorization: `Bearer ${token}` })).toEqual([200, undefined, vary, id])
    expect(await ask({ 'x-api-key': token })).toEqual([200, undefined, vary, id])
    expect(await ask({})).toEqual([401, 'Bearer realm="api"', vary, 'missing_credentials'])
    const twice = [400, 'Bearer realm="api", error="invalid_request"', vary, 'multiple_credentials']
    expect(await ask({ 'x-api-key': [token, token] })).toEqual(twice)
    expect(await ask({ 'x-api-key': token, authorization: `Bearer ${token}` })).toEqual(twice)
    session.close()
    await new Promise((resolve) => server.close(resolve))
  })

  test('counts uses over HTTP/2, also of clients that leave before and in the middle of an answer', async () => {
    const app = new Framework()
    app.silent = true
    app.use(apiKeyAuth(keyring).authenticate())
    const closed: (() => void)[] = []
    const reached: (() => void)[] = []
    app.use((ctx) => {
      ctx.res.once('close', () => closed.shift()?.())
      if (ctx.path === '/answered') {
        ctx.body = { key: ctx.state.apiKey?.id }
        return
      }
      ctx.respond = false
      if (ctx.path === '/half') {
        ctx.res.writeHead(503)
        ctx.res.write('half of it')
      }
      reached.shift()?.()
    })
    const callback = app.callback()
    const server = createHttp2Server((req, res) => void callback(req, res))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const before = await countsOf()
    for (const path of ['/answered', '/none', '/half']) {
      const close = new Promise<void>((resolve) => closed.push(resolve))
      const reach = path === '/answered' ? undefined : new Promise<void>((resolve) => reached.push(resolve))
      const stream = session.request({ ':path': path, authorization: `Bearer ${token}` })
      stream.on('error', () => {})
      stream.resume()
      await reach
      if (reach !== undefined) stream.close(http2Constants.NGHTTP2_CANCEL)
      await close
    }
    const after = await countsOf()
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([3, 3, 1])
    session.close()
    await new Promise((resolve) => server.close(resolve))
  })

  test('app.use(auth) without a method is refused at once', () => {
    expect(() => new Framework().use(apiKeyAuth(keyring) as unknown as Koa.Middleware)).toThrow(TypeError)
  })
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
})
