import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'
import { type Connection, join } from './connection.ts'
import { type Mode, modes } from './modes.ts'

/** The server behind a proxy. A `TestServer` is one. */
export interface ProxyTarget {
  /** On loopback. */
  readonly port: number
  /** Becomes the proxy's `url`, with the proxy's port. Default: `tcp://127.0.0.1:PORT`. */
  readonly url?: string
}

/**
 * A TCP proxy in this process that misbehaves on demand. A mode applies to open and to later connections, until the
 * next one is chosen; each method resolves when its mode is in force. No mode drops or reorders bytes, so that a
 * protocol with ordered replies stays in step.
 */
export interface FaultProxy {
  readonly port: number
  readonly url: string
  /** Forwards everything, first what was delayed or held. The mode to begin with. */
  pass(): Promise<void>
  /** Forwards everything `delayMs` later, each way: a round trip takes twice as long. */
  delay(delayMs: number): Promise<void>
  /** Takes connections and forwards nothing. Both sides stay open and unread, as with a stalled network. */
  hold(): Promise<void>
  /** Forwards requests and holds the replies: the server acts, and its client does not learn of it. */
  swallowReplies(): Promise<void>
  /** Resets all open connections (RST). Later ones follow the mode as before. */
  rst(): Promise<void>
  /** Refuses new connections. Open ones pass; to cut these as well, `rst()` afterwards. */
  refuse(): Promise<void>
  /** On each connection, forwards so many bytes more of the replies, then closes it. With 0, at the first reply. */
  closeAfter(bytes: number): Promise<void>
  /** How many connections are open. */
  connections(): number
  /** Resets all connections and stops listening. May be repeated. */
  close(): Promise<void>
}

/** Puts a proxy in front of a server, on a free loopback port that stays the same while it refuses. */
export async function faultProxy(target: ProxyTarget): Promise<FaultProxy> {
  const port = await freePort()
  const connections = new Set<Connection>()
  let mode: Mode = modes.pass
  let listener: Server | undefined

  const take = (client: Socket): void => {
    const connection = join(client, { port: target.port, host: '127.0.0.1' }, mode)
    connections.add(connection)
    void connection.closed.then(() => connections.delete(connection))
  }
  const listen = async (): Promise<void> => {
    listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, take).listen(port, '127.0.0.1')
    await once(listener, 'listening')
  }
  const enter = async (next: Mode): Promise<void> => {
    mode = next
    for (const connection of connections) connection.follow(next)
    if (!next.isListening) {
      listener?.close()
      listener = undefined
    } else if (listener === undefined) await listen()
  }
  const rst = async (): Promise<void> => {
    const open = [...connections]
    for (const connection of open) connection.reset()
    await Promise.all(open.map(({ closed }) => closed))
  }
  await enter(modes.pass)

  return {
    port,
    url: target.url?.replace(`:${target.port}`, `:${port}`) ?? `tcp://127.0.0.1:${port}`,
    pass: () => enter(modes.pass),
    delay: (delayMs) => enter(modes.delay(delayMs)),
    hold: () => enter(modes.hold),
    swallowReplies: () => enter(modes.swallowReplies),
    rst,
    refuse: () => enter(modes.refuse),
    closeAfter: (bytes) => enter(modes.closeAfter(bytes)),
    connections: () => connections.size,
    async close() {
      await enter(modes.refuse)
      await rst()
    },
  }
}
