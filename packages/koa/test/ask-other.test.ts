import { definePermissions } from '@claviger/core'
import { apiKeyAuth } from '@claviger/koa'
import { testKeyring } from '@claviger/testing'
import Koa, { type Middleware } from 'koa'
// @ts-expect-error the alias has no types of its own
import untypedKoa2 from 'koa2'
import request from 'supertest'
import { describe, expect, test } from 'vitest'

const { keyring, token } = await testKeyring({
  permissions: definePermissions({ prompts: ['read'] }),
  grants: ['prompts:read'],
})
const auth = apiKeyAuth(keyring)
const grants = { permissionsOf: () => ['prompts:read'] } as const

describe.each([
  ['Koa 3', Koa],
  ['Koa 2', untypedKoa2 as typeof Koa],
] as const)('another authenticator on %s', (_, KoaOf) => {
  /** An application with `either`, a guard on every path but `/open`, and a count of the requests that were handled. */
  function appWith(other: Middleware, options: Parameters<typeof auth.either>[1] = grants) {
    const app = new KoaOf()
    app.silent = true
    const counted = { callback: app.callback.bind(app), handled: 0 }
    const guard = auth.require('prompts:read')
    app.use(auth.either(other, options))
    app.use((ctx, next) => (ctx.path === '/open' ? next() : guard(ctx, next)))
    app.use((ctx) => {
      counted.handled += 1
      ctx.body = { key: ctx.state.apiKey?.id ?? null, user: (ctx.state as { user?: unknown }).user ?? null }
    })
    return counted
  }
  const ask = (app: { callback: () => Parameters<typeof request>[0] }, path = '/') => request(app.callback()).get(path)

  test('sees the whole of what follows before its own await is over', async () => {
    const steps: string[] = []
    const app = appWith(async (ctx, next) => {
      ctx.state['user'] = { id: 'ada' }
      await next()
      steps.push(`after ${ctx.status} ${JSON.stringify(ctx.body)}`)
      ctx.set('X-After', 'yes')
    })
    const reply = await ask(app).expect(200, { key: null, user: { id: 'ada' } })
    expect(steps).toEqual(['after 200 {"key":null,"user":{"id":"ada"}}'])
    expect(reply.headers).toMatchObject({ 'x-after': 'yes', vary: 'Authorization, X-API-Key' })
  })

  test('is not asked about a key', async () => {
    const app = appWith(() => expect.fail('asked'))
    await ask(app).set('Authorization', `Bearer ${token}`).expect(200)
  })

  test('that answers without next ends the request there', async () => {
    const app = appWith((ctx) => void Object.assign(ctx, { status: 401, body: { by: 'other' } }))
    await ask(app).expect(401, { by: 'other' })
    expect(app.handled).toBe(0)
  })

  test.each<[string, Middleware, number]>([
    ['throws', (ctx) => ctx.throw(401, 'no'), 401],
    ['rejects', () => Promise.reject(new Error('no')), 500],
    ['neither answers nor goes on', () => {}, 404],
  ])('that %s never reaches the handler', async (_what, other, status) => {
    const app = appWith(other)
    const reply = await ask(app).expect(status)
    expect(reply.headers).toMatchObject({ vary: 'Authorization, X-API-Key' })
    expect(app.handled).toBe(0)
  })

  test('that calls next twice goes on once', async () => {
    const app = appWith(async (_ctx, next) => {
      await next()
      await next()
    })
    await ask(app).expect(500)
    expect(app.handled).toBe(1)
  })

  test('gets the error of a handler from its await', async () => {
    const caught: unknown[] = []
    const app = new KoaOf()
    app.silent = true
    const other: Middleware = async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        caught.push(error)
        ctx.status = 418
      }
    }
    const error = new Error('of the handler')
    app.use(auth.either(other, grants)).use(() => Promise.reject(error))
    await request(app.callback()).get('/').expect(418)
    expect(caught).toEqual([error])
  })

  test('that cannot be told its permissions ends in 500, on every path', async () => {
    const app = appWith((_ctx, next) => next(), { permissionsOf: () => Promise.reject(new Error('down')) })
    await ask(app).expect(500)
    await ask(app, '/open').expect(500)
    expect(app.handled).toBe(0)
  })
})
