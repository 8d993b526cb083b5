import type { ApiKey } from '@claviger/core'
import {
  type ContractApp,
  type ContractKit,
  type ContractServer,
  httpContract,
  serveOnLoopback,
} from '@claviger/testing'
import { describe, test } from 'vitest'
import { apiKeyAuth } from '../src/api-key-auth.ts'
import type { Middleware } from '../src/exchange.ts'
import { framework } from '../src/framework.ts'

httpContract({ name: 'my framework', serve, runner: { describe, test } })

async function serve({ keyring, options, onDenied, routes }: ContractApp): Promise<ContractServer> {
  const auth = apiKeyAuth(keyring, {
    ...options,
    ...(onDenied && {
      onDenied: (denial, { res }) =>
        onDenied(denial, (status, text) => {
          res.statusCode = status
          res.end(text)
        }),
    }),
  })
  const kit: ContractKit<Middleware> = {
    auth,
    use: (work) => async (exchange, next) => {
      await work(exchange.req, exchange.res)
      await next()
    },
    pretend: (identity) => async (exchange, next) => {
      exchange.apiKey = identity as ApiKey
      await next()
    },
    authenticator: (work) => async (exchange, next) => {
      const answer = await work(exchange.req)
      if (answer === 'pass') await next()
      else exchange.res.writeHead(answer, { 'Content-Length': 0 }).end()
    },
    handle:
      (work) =>
      async ({ apiKey, req, res }) => {
        const body = JSON.stringify(await work(apiKey, req))
        res.setHeader('Content-Type', 'application/json')
        res.setHeader('Content-Length', Buffer.byteLength(body))
        res.end(body)
      },
  }
  return serveOnLoopback(framework(routes(kit)))
}
