import type { RequestListener } from 'node:http'
import type { Exchange, Middleware } from './exchange.ts'

/** The framework: a chain of middlewares for each path. What they throw is a 500. */
export function framework(routes: Readonly<Record<string, readonly Middleware[]>>): RequestListener {
  const chains = new Map(Object.entries(routes))
  return (req, res) => {
    const exchange: Exchange = { req, res, url: req.url ?? '/', ip: req.socket.remoteAddress }
    const chain = chains.get(exchange.url.split('?', 1)[0] ?? '/') ?? []
    const run = async (index: number): Promise<void> => {
      const middleware = chain[index]
      if (middleware === undefined) res.writeHead(404).end()
      else await middleware(exchange, () => run(index + 1))
    }
    run(0).catch(() => {
      res.statusCode = 500
      if (res.headersSent) res.destroy()
      else res.end()
    })
  }
}
