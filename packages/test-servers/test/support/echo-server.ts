import { once } from 'node:events'
import { createServer } from 'node:net'

/** Sends everything back, and ends when the client does. */
export interface EchoServer {
  readonly port: number
  /** Everything received so far, over all connections. */
  received(): string
  close(): Promise<void>
}

export async function startEchoServer(): Promise<EchoServer> {
  let text = ''
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
    })
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')

  return {
    port: address.port,
    received: () => text,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}
