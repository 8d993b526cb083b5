import { mount } from '@claviger/koa'
import { mountContract, serveOnLoopback } from '@claviger/testing'
import { Hono } from 'hono'
import Koa from 'koa'
import compress from 'koa-compress'
import helmet from 'koa-helmet'
// @ts-expect-error the alias has no types of its own
import UntypedKoa2 from 'koa2'
import request from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { bodyParser, koaMount, type MountedBy, serveMount } from './mount-harness.ts'

const Koa2 = UntypedKoa2 as typeof Koa
const majors = [
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
] as const

for (const [name, Major] of majors) {
  for (const by of ['prefix', 'koa-mount', '@koa/router'] satisfies MountedBy[]) {
    mountContract({
      name: `${name}, by ${by}`,
      serve: (app) => serveMount(new Major(), by, app),
      runner: { describe, test },
    })
  }
}

/** A real app, of routes, parameters and bodies. */
function notes(): Hono {
  const app = new Hono()
  app.get('/', (c) => c.text('all'))
  app.get('/notes/:id', (c) => c.json({ id: c.req.param('id'), limit: c.req.query('limit') ?? null }))
  app.post('/notes', async (c) => c.json(await c.req.json(), 201))
  app.post('/form', async (c) => c.json(await c.req.parseBody({ all: true })))
  app.delete('/notes/:id', (c) => c.body(null, 204))
  app.get('/long', (c) => c.text('long '.repeat(2_000)))
  return app
}

describe.each(majors)('%s', (_, Major) => {
  const hosts: readonly (readonly [what: string, prepare: (app: Koa) => void])[] = [
    ['nothing before it', () => {}],
    ['koa-bodyparser before it', (app) => void app.use(bodyParser())],
    [
      'koa-bodyparser, koa-helmet and koa-compress before it',
      (app) =>
        void app
          .use(helmet())
          .use(compress({ threshold: 0 }))
          .use(bodyParser()),
    ],
  ]
  test.each(hosts)('serves a Hono app with %s', async (_what, prepare) => {
    for (const path of ['/', '/x', '/x/', '/ws/:ws/x']) {
      const app = new Major()
      app.silent = true
      prepare(app)
      app.use(mount(notes(), { prefix: path }))
      app.use(bodyParser())
      const base = path.replace(':ws', 'acme').replace(/\/$/, '')
      const http = (): ReturnType<typeof request> => request(app.callback())
      await http().get(`${base}/`).expect(200, 'all')
      await http()
        .get(base === '' ? '/' : base)
        .expect(200, 'all')
      await http().get(`${base}/notes/a%20b?limit=2`).expect(200, { id: 'a b', limit: '2' })
      await http().post(`${base}/notes`).send({ name: 'x' }).expect(201, { name: 'x' })
      await http()
        .post(`${base}/form`)
        .type('form')
        .send('a=1&b=2&b=3')
        .expect(200, { a: '1', b: ['2', '3'] })
      await http().delete(`${base}/notes/7`).expect(204, '')
      await http().head(`${base}/notes/7`).expect(200)
      const missing = await http().get(`${base}/none`).expect(404)
      expect(missing.text).toBe('404 Not Found')
    }
  })

  test('serves a Hono app over HTTP/2', async () => {
    const callback = new Major()
      .use(bodyParser())
      .use(mount(notes(), { prefix: '/x' }))
      .callback()
    const server = await serveOnLoopback((req, res) => void callback(req, res), { isHttp2: true })
    const reply = await request(`http://127.0.0.1:${server.port}`).get('/x/notes/7').http2()
    expect(reply.body).toEqual({ id: '7', limit: null })
    await server.close()
  })

  test('middleware above sees status, length and body, compresses it, and has its policy replaced', async () => {
    const seen: unknown[] = []
    const app = new Major()
    app.use(async (ctx, next) => {
      await next()
      seen.push(ctx.status, ctx.length)
    })
    app.use(helmet()).use(compress({ threshold: 0 }))
    const strict = { 'Content-Security-Policy': "default-src 'none'" }
    app.use(mount(() => Response.json({ a: 1 }, { status: 201, headers: strict }), { prefix: '/small' }))
    app.use(mount(notes(), { prefix: '/x' }))
    const small = await request(app.callback()).get('/small').set('Accept-Encoding', 'identity').expect(201, { a: 1 })
    expect(small.headers['content-security-policy']).toBe("default-src 'none'")
    expect(small.headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(seen).toEqual([201, 7])
    const long = await request(app.callback()).get('/x/long').set('Accept-Encoding', 'gzip')
    expect([long.text, long.headers['content-encoding']]).toEqual(['long '.repeat(2_000), 'gzip'])
  })

  test('the handler gets the context of Koa, with its state', async () => {
    const app = new Major()
    app.use((ctx, next) => {
      ctx.state.user = 'ada'
      return next()
    })
    app.use(
      koaMount(
        '/x',
        mount((_request, { native }) => new Response((native as Koa.Context).state.user as string)),
      ),
    )
    await request(app.callback()).get('/x/keys').expect(200, 'ada')
  })

  test('scheme and host are those of a proxy that the host trusts, and of no other', async () => {
    for (const [proxy, expected] of [
      [false, 'http://api.test'],
      [true, 'https://acme.test:8443'],
    ] as const) {
      const app = new Major({ proxy })
      app.use(mount(({ url }) => new Response(new URL(url).origin)))
      const reply = await request(app.callback())
        .get('/')
        .set({ Host: 'api.test', 'X-Forwarded-Host': 'acme.test:8443', 'X-Forwarded-Proto': 'https' })
      expect(reply.text).toBe(expected)
    }
  })

  test("Koa's error handling is never reached, and takes no header back", async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const onError = vi.fn()
    const app = new Major()
    app.on('error', onError)
    app.use((ctx, next) => {
      ctx.set('X-Request-Id', '7')
      return next()
    })
    app.use(mount(() => Promise.reject(new Error('no'))))
    const reply = await request(app.callback()).get('/').expect(500)
    expect([reply.headers['x-request-id'], reply.headers['cache-control']]).toEqual(['7', 'no-store'])
    expect(onError).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  test('what is behind the mount does not run for what is below it', async () => {
    const behind = vi.fn()
    const app = new Major().use(mount(() => new Response('mounted'), { prefix: '/x' })).use(behind)
    await request(app.callback()).get('/x/any').expect(200, 'mounted')
    expect(behind).not.toHaveBeenCalled()
  })
})

test('a prefix that is misspelt, or no path, is refused', () => {
  const handler = (): Response => new Response()
  expect(() => mount(handler, { prefx: '/x' } as never)).toThrow('did you mean "prefix"?')
  for (const prefix of ['x', '/x/*', '/x?', '//x', '/x//y', '/../x', '/%2e%2E', '/:', '/:a-b', 7, null]) {
    expect(() => mount(handler, { prefix: prefix as string })).toThrow('Expected prefix to be a path')
  }
})
