import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apiKeyAuth } from '@claviger/koa'
import type { ApiKey } from '@claviger/core'
import type { ContractApp, ContractKit, ContractServer } from '@claviger/testing'
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
  const server = createServer((req, res) => void callback(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
