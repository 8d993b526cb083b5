import { apiKeyAuth } from '@claviger/koa'
import type { ApiKey } from '@claviger/core'
import { type ContractApp, type ContractKit, type ContractServer, serveOnLoopback } from '@claviger/testing'
import type Koa from 'koa'

/** Serves a contract app with this major of Koa. */
export async function serveKoa(app: Koa, { keyring, options, onDenied, routes }: ContractApp): Promise<ContractServer> {
  const auth = apiKeyAuth(keyring, {
    ...options,
    ...(onDenied === undefined
      ? {}
      : {
          onDenied: (denial, ctx) =>
            onDenied(denial, (status, text) => {
              ctx.status = status
              ctx.body = text
            }),
        }),
  })
  const kit: ContractKit<Koa.Middleware> = {
    auth,
    use: (work) => async (ctx, next) => {
      await work(ctx.req, ctx.res)
      await next()
    },
    pretend: (identity) => async (ctx, next) => {
      ctx.state.apiKey = identity as ApiKey
      await next()
    },
    authenticator: (work) => async (ctx, next) => {
      const answer = await work(ctx.req)
      if (answer === 'pass') return next()
      ctx.status = answer
      ctx.body = null
      ctx.status = answer
    },
    handle: (work) => async (ctx) => {
      const body = JSON.stringify(await work(ctx.state.apiKey, ctx.req))
      ctx.set('Content-Type', 'application/json')
      ctx.body = body
    },
  }
  app.silent = true
  const chains = routes(kit)
  app.use((ctx, next) => {
    const chain = chains[ctx.path] ?? []
    const run = (index: number): Promise<unknown> =>
      Promise.resolve(chain[index] === undefined ? next() : chain[index](ctx, () => run(index + 1)))
    return run(0)
  })

  const callback = app.callback()
  return serveOnLoopback((req, res) => void callback(req, res))
}
