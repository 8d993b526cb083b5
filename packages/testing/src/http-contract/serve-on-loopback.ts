import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ContractServer } from './options.ts'

/**
 * Serves on a free port of 127.0.0.1: what `serve` of `httpContract` ends with.
 *
 * @example
 * httpContract({ name: 'my framework', serve: (app) => serveOnLoopback(listenerFor(app)), runner: { describe, test } })
 */
export async function serveOnLoopback(listener: RequestListener): Promise<ContractServer> {
  const server = createServer(listener)
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
        server.closeAllConnections()
      }),
  }
}
