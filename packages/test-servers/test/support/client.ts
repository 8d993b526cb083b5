import { once } from 'node:events'
import { connect } from 'node:net'

/** A bare TCP client. */
export interface Client {
  send(text: string): void
  /** Everything received so far. */
  received(): string
  /** Resolves with everything received, once that ends with the text. Rejects when the connection ends before. */
  until(ending: string): Promise<string>
  /** Resolves with how the connection ended. */
  readonly ended: Promise<'closed' | 'reset'>
  /** Sends the end of the stream. */
  end(): void
}

export async function openClient(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1' })
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
  })
  await once(socket, 'connect')
  const ended = new Promise<'closed' | 'reset'>((resolve) => {
    socket.once('error', () => resolve('reset'))
    socket.once('close', () => resolve('closed'))
  })

  return {
    send: (request) => void socket.write(request),
    received: () => text,
    until: (ending) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text.endsWith(ending)) resolve(text)
        }
        socket.on('data', look)
        socket.once('close', () => reject(new Error(`The connection ended after ${JSON.stringify(text)}`)))
        look()
      }),
    ended,
    end: () => void socket.end(),
  }
}

/** Sends a request on a connection of its own and gives what comes back, up to the ending. */
export async function ask(port: number, request: string, ending: string = '\r\n'): Promise<string> {
  const client = await openClient(port)
  client.send(request)
  const reply = await client.until(ending)
  client.end()
  return reply
}
