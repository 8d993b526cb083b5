import { mount } from '@claviger/express'
import { mountContract, serveOnLoopback } from '@claviger/testing'
// @ts-expect-error it has no types of its own
import untypedCompression from 'compression'
import express, { type Express, type RequestHandler } from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import helmet from 'helmet'
import { Hono } from 'hono'
import request from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { type ExpressModule, overHttp2, serveMount } from './mount-harness.ts'

const express4 = untypedExpress4 as ExpressModule
const compression = untypedCompression as (options: { threshold: number }) => RequestHandler
const majors = [
  ['Express 5', express as ExpressModule],
  ['Express 4', express4],
] as const

for (const [name, major] of majors) {
  mountContract({ name, serve: (app) => serveMount(major, app), runner: { describe, test } })
}

interface Session {
  readonly user: string
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

describe.each(majors)('%s', (_, major) => {
  const hosts: readonly (readonly [what: string, prepare: (app: Express) => void])[] = [
    ['nothing before it', () => {}],
    ['express.json() before it', (app) => void app.use(major.json())],
    [
      'every parser, helmet and compression before it',
      (app) =>
        void app.use(helmet(), compression({ threshold: 0 }), major.json(), major.urlencoded({ extended: false })),
    ],
  ]
  test.each(hosts)('serves a Hono app with %s', async (_what, prepare) => {
    for (const path of ['/', '/x', '/x/', '/ws/:ws/x']) {
      const app = major()
      prepare(app)
      app.use(path, mount(notes()))
      app.use(major.json())
      const base = path.replace(':ws', 'acme').replace(/\/$/, '')
      await request(app).get(`${base}/`).expect(200, 'all')
      await request(app)
        .get(base === '' ? '/' : base)
        .expect(200, 'all')
      await request(app).get(`${base}/notes/a%20b?limit=2`).expect(200, { id: 'a b', limit: '2' })
      await request(app).post(`${base}/notes`).send({ name: 'x' }).expect(201, { name: 'x' })
      await request(app)
        .post(`${base}/form`)
        .type('form')
        .send('a=1&b=2&b=3')
        .expect(200, { a: '1', b: ['2', '3'] })
      await request(app).delete(`${base}/notes/7`).expect(204, '')
      await request(app).head(`${base}/notes/7`).expect(200)
      const missing = await request(app).get(`${base}/none`).expect(404)
      expect(missing.text).toBe('404 Not Found')
    }
  })

  test('serves a Hono app over HTTP/2', async () => {
    const app = overHttp2(major()).use(major.json()).use('/x', mount(notes()))
    const server = await serveOnLoopback(app, { isHttp2: true })
    const reply = await request(`http://127.0.0.1:${server.port}`).get('/x/notes/7').http2()
    expect(reply.body).toEqual({ id: '7', limit: null })
    await server.close()
  })

  test('compression compresses what is mounted, streams too, and helmet gives way to headers of the handler', async () => {
    const app = major()
    app.use(helmet(), compression({ threshold: 0 }))
    app.use('/x', mount(notes()))
    app.use(
      '/stream',
      mount(() => {
        const parts = ['first ', 'second']
        const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
          await new Promise((resolve) => void setImmediate(resolve))
          const part = parts.shift()
          if (part === undefined) controller.close()
          else controller.enqueue(new TextEncoder().encode(part))
        }
        const headers = { 'Content-Type': 'text/plain', 'Content-Security-Policy': "default-src 'none'" }
        return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers })
      }),
    )
    const long = await request(app).get('/x/long').set('Accept-Encoding', 'gzip').expect('Content-Encoding', 'gzip')
    expect(long.text).toBe('long '.repeat(2_000))
    expect(long.headers['x-frame-options']).toBe('SAMEORIGIN')
    const stream = await request(app).get('/stream').set('Accept-Encoding', 'gzip')
    expect([stream.text, stream.headers['content-encoding']]).toEqual(['first second', 'gzip'])
    expect(stream.headers['content-security-policy']).toBe("default-src 'none'")
  })

  test('the handler gets the request of Express, with its session and parameters', async () => {
    const app = major()
    app.use((req, _res, next) => {
      Object.assign(req, { session: { user: 'ada' } })
      next()
    })
    app.use(
      '/:ws/x',
      mount((_request, { native }) => {
        const { session, params } = native as { session: Session; params: { ws: string } }
        return Response.json({ user: session.user, ws: params.ws })
      }),
    )
    await request(app).get('/acme/x/keys').expect(200, { user: 'ada', ws: 'acme' })
  })

  test('scheme and host are those of a proxy that the host trusts, and of no other', async () => {
    const origin = mount(({ url }) => new Response(new URL(url).origin))
    for (const [trusts, expected] of [
      [false, 'http://api.test'],
      [true, 'https://acme.test:8443'],
    ] as const) {
      const app = major()
      app.set('trust proxy', trusts)
      app.use(origin)
      const reply = await request(app)
        .get('/')
        .set({ Host: 'api.test', 'X-Forwarded-Host': 'acme.test:8443, evil.test', 'X-Forwarded-Proto': 'https' })
      expect(reply.text).toBe(expected)
    }
  })

  test('next is never called after an answer, nor is an error handler', async () => {
    const after = vi.fn((_error: unknown, _req: unknown, _res: unknown, next: () => void) => next())
    const next = vi.fn((_req: unknown, res: { end(): void }) => res.end())
    const app = major()
    app.use(
      '/x',
      mount(() => Promise.reject(new Error('no'))),
      next,
    )
    app.use(after)
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    await request(app).get('/x').expect(500)
    expect([after.mock.calls.length, next.mock.calls.length]).toEqual([0, 0])
    vi.restoreAllMocks()
  })

  test('a base URL that is missing or frozen makes no difference', async () => {
    const app = major()
    app.use('/x', (req, _res, next) => {
      Object.defineProperty(req, 'baseUrl', { value: undefined, writable: true })
      next()
    })
    app.use(
      '/x',
      mount(({ url }) => new Response(new URL(url).pathname)),
    )
    await request(app).get('/x/keys').expect(200, '/keys')
  })

  test('on a route, a prefix is taken off', async () => {
    const app = major()
    app.all(
      /^\/api\/keys(?:\/|$)/,
      mount(({ url }) => new Response(new URL(url).pathname), { prefix: '/api/keys' }),
    )
    await request(app).get('/api/keys/7').expect(200, '/7')
    await request(app).get('/api/keysx').expect(404)
  })
})

test.each([
  ['nothing', undefined],
  ['a promise', Promise.resolve()],
  ['an object without fetch', { request: () => {} }],
])('%s is no handler', (_what, handler) => {
  expect(() => mount(handler as never)).toThrow('mount() takes an object with a method fetch(request)')
})
