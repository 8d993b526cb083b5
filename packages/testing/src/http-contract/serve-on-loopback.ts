import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { ContractServer } from './options.ts'

/** What is served. */
export interface ServeOptions {
  /** HTTP/2 without TLS, in place of HTTP/1.1. Default false. */
  readonly isHttp2?: boolean
}

/**
 * Serves on a free port of 127.0.0.1: what `serve` of `httpContract` and `mountContract` ends with.
 *
 * @example
 * httpContract({ name: 'my framework', serve: (app) => serveOnLoopback(listenerFor(app)), runner: { describe, test } })
 */
export async function serveOnLoopback(
  listener: RequestListener,
  { isHttp2 = false }: ServeOptions = {},
): Promise<ContractServer> {
  const onHttp2 = listener as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void
  const server = isHttp2 ? createHttp2Server(onHttp2) : createServer(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
