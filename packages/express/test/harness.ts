import { apiKeyAuth, type ApiKeyMiddleware } from '@claviger/express'
import type { ApiKey } from '@claviger/core'
import { type ContractApp, type ContractKit, type ContractServer, serveOnLoopback } from '@claviger/testing'
import type { Express, Request } from 'express'

/** Serves a contract app with this major of Express. */
export async function serveExpress(
  express: () => Express,
  { keyring, options, onDenied, routes }: ContractApp,
): Promise<ContractServer> {
  const auth = apiKeyAuth(keyring, {
    ...options,
    ...(onDenied === undefined
      ? {}
      : { onDenied: (denial, { res }) => onDenied(denial, (status, text) => void res.status(status).end(text)) }),
  })
  const kit: ContractKit<ApiKeyMiddleware> = {
    auth,
    use: (work) => (req, res, next) => {
      const working = work(req, res)
      if (working === undefined) next()
      else working.then(() => next(), next)
    },
    pretend: (identity) => (req, _res, next) => {
      ;(req as Request).apiKey = identity as ApiKey
      next()
    },
    authenticator: (work) => (req, res, next) => {
      const decide = async (): Promise<void> => {
        const answer = await work(req)
        if (answer === 'pass') next()
        else res.writeHead(answer, { 'Content-Length': 0 }).end()
      }
      decide().catch(next)
    },
    handle: (work) => (req, res, next) => {
      const answer = async (): Promise<void> => {
        const body = JSON.stringify(await work((req as Request).apiKey, req))
        res.setHeader('Content-Type', 'application/json')
        res.setHeader('Content-Length', Buffer.byteLength(body))
        res.end(body)
      }
      answer().catch(next)
    },
  }
  const app = express()
  app.disable('x-powered-by')
  for (const [path, chain] of Object.entries(routes(kit))) app.all(path, ...chain)
  return serveOnLoopback(app)
}
