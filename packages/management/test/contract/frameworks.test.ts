import { mount as mountOnExpress } from '@claviger/express'
import { mount as mountOnKoa } from '@claviger/koa'
import { serveOnLoopback } from '@claviger/testing'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
// @ts-expect-error the alias has no types of its own
import untypedKoa2 from 'koa2'
import type { RequestListener } from 'node:http'
import type { ManagementApi } from '../../src/index.ts'
import { replyOf, requestOf, type Serve } from '../support/world.ts'
import { managementContract } from './suite.ts'

const express4 = untypedExpress4 as typeof express
const Koa2 = untypedKoa2 as typeof Koa
const mountPath = '/settings/api-keys'

/** Serves on a port of its own, and sends there. */
const over =
  (listenerFor: (api: ManagementApi) => RequestListener | Promise<RequestListener>, path = mountPath): Serve =>
  async (api) => {
    const { port, close } = await serveOnLoopback(await listenerFor(api))
    const base = `http://127.0.0.1:${port}${path}`
    return { send: async (ask) => replyOf(await fetch(requestOf(base, ask))), close }
  }

const onExpress = (make: typeof express) =>
  over((api) => {
    const app = make()
    app.use(mountPath, mountOnExpress(api))
    return app
  })

const onKoa = (Make: typeof Koa) =>
  over((api) => {
    const app = new Make()
    app.use(mountOnKoa(api, { prefix: mountPath }))
    const callback = app.callback()
    return (request, response) => void callback(request, response)
  })

managementContract({ name: 'no framework', serve: over((api) => getRequestListener(api.fetch), '') })
managementContract({
  name: 'Hono',
  serve: over((api) => getRequestListener(new Hono().mount(mountPath, api.fetch).fetch)),
})
managementContract({
  name: 'Fastify',
  serve: over(async (api) => {
    const app = fastify()
    const listener = getRequestListener(api.fetch)
    // The body is the API's to read.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    app.all(`${mountPath}/*`, async ({ raw }, reply) => {
      reply.hijack()
      raw.url = raw.url?.slice(mountPath.length) ?? '/'
      await listener(raw, reply.raw)
    })
    await app.ready()
    return (request, response) => app.routing(request, response)
  }),
})
managementContract({ name: 'Express 5', serve: onExpress(express) })
managementContract({ name: 'Express 4', serve: onExpress(express4) })
managementContract({ name: 'Koa 3', serve: onKoa(Koa) })
managementContract({ name: 'Koa 2', serve: onKoa(Koa2) })
