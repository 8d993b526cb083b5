import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A server that accepts requests. */
export interface Listening {
  readonly server: Server
  /** `http://127.0.0.1:<port>` */
  readonly url: string
}

/** What Express and Koa give: it answers a request, now or later. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Starts a server on the loopback address: no one outside this machine reaches it. Port 0 takes any free one. */
export async function listen(handler: Handler, port: number): Promise<Listening> {
  const server = createServer((request, response) => void handler(request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return { server, url: `http://127.0.0.1:${actual}` }
}

/** What to tell a user whose server could not start; undefined when there is nothing better than the error itself. */
export function explainListenError(error: unknown, port: number): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`
  return undefined
}
