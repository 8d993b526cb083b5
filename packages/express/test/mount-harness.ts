import { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { mount } from '@claviger/express'
import { type ContractServer, type MountApp, serveOnLoopback } from '@claviger/testing'
import type { Express, RequestHandler, Router } from 'express'

/** What a major of Express has besides the application. */
export interface ExpressModule {
  (): Express
  Router(options: { mergeParams: boolean }): Router
  json(): RequestHandler
  urlencoded(options: { extended: boolean }): RequestHandler
  text(): RequestHandler
  raw(): RequestHandler
}

/** Serves a mounted handler with this major of Express. */
export function serveMount(express: ExpressModule, app: MountApp): Promise<ContractServer> {
  const { handler, place, isParsed, isHttp2, before, behind } = app
  const host = isHttp2 ? overHttp2(express()) : express()
  host.disable('x-powered-by')
  if (before !== undefined) {
    host.use((req, res, next) => {
      Promise.resolve(before(req, res)).then(() => next(), next)
    })
  }
  if (isParsed) host.use(express.json(), express.urlencoded({ extended: true }), express.text(), express.raw())
  if (place.inside === undefined) host.use(place.path, mount(handler))
  else host.use(place.inside, express.Router({ mergeParams: true }).use(place.path, mount(handler)))
  host.use((_req, res) => behind(res))
  return serveOnLoopback(host, { isHttp2 })
}

/** Express makes requests and responses of HTTP/1 of those it gets: here of HTTP/2. */
export function overHttp2(app: Express): Express {
  const swap = (own: object, prototype: object): object => {
    const shared = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(own))
    return Object.create(Object.create(prototype, shared) as object, Object.getOwnPropertyDescriptors(own)) as object
  }
  return Object.assign(app, {
    request: swap(app.request, Http2ServerRequest.prototype),
    response: swap(app.response, Http2ServerResponse.prototype),
  })
}
