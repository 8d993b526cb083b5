import { mount } from '@claviger/koa'
import { type ContractServer, type MountApp, serveOnLoopback } from '@claviger/testing'
import { Router } from '@koa/router'
import type Koa from 'koa'
import koaBodyParser from 'koa-bodyparser'
// @ts-expect-error it has no types of its own
import untypedMount from 'koa-mount'

/** The parser of JSON, forms and text. */
export const bodyParser = koaBodyParser as (options?: { enableTypes: string[] }) => Koa.Middleware

/** koa-mount. */
export const koaMount = untypedMount as (path: string, middleware: Koa.Middleware) => Koa.Middleware

/** How a handler comes to its path. */
export type MountedBy = 'prefix' | 'koa-mount' | '@koa/router'

/** Serves a mounted handler with this major of Koa. */
export function serveMount(koa: Koa, by: MountedBy, app: MountApp): Promise<ContractServer> {
  const { handler, place, isParsed, isHttp2, before, behind } = app
  koa.silent = true
  if (before !== undefined) {
    koa.use(async (ctx, next) => {
      await before(ctx.req, ctx.res)
      return next()
    })
  }
  if (isParsed) koa.use(bodyParser({ enableTypes: ['json', 'form', 'text'] }))
  koa.use(mounted(by, handler, place))
  koa.use((ctx) => {
    ctx.respond = false
    behind(ctx.res)
  })
  const callback = koa.callback()
  return serveOnLoopback((req, res) => void callback(req, res), { isHttp2 })
}

function mounted(
  by: MountedBy,
  handler: MountApp['handler'],
  { path, inside = '' }: MountApp['place'],
): Koa.Middleware {
  const prefix = inside + path
  if (by === 'koa-mount' && !/:|.\/$/.test(path)) {
    const inner = koaMount(path, mount(handler))
    return inside === '' ? inner : koaMount(inside, inner)
  }
  if (by === '@koa/router') {
    const router = new Router()
    const bare = prefix.replace(/\/$/, '')
    router.all(bare === '' ? '/{*rest}' : `${bare}{/*rest}`, mount(handler, { prefix }) as never)
    return router.routes() as unknown as Koa.Middleware
  }
  return mount(handler, { prefix })
}
