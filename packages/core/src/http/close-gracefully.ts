import { ConfigurationError } from '../errors/errors.ts'
import { parseOptions } from '../input/parse-options.ts'
import type { Keyring } from '../keyring.types.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'

/** A server of `node:http`, `node:https` or `node:http2`. */
export interface ClosableServer {
  close(done?: (error?: Error) => void): unknown
  // Servers of HTTP/2 have neither.
  closeIdleConnections?(): void
  closeAllConnections?(): void
  on(event: string, listener: (...args: never[]) => void): unknown
}

/** How to close. */
export interface CloseOptions {
  /** How long responses under way may take before they are cut, milliseconds. Default 10 000; 0 cuts at once. */
  readonly graceMs?: number | undefined
  /** For tests. Default: the machine's clocks. */
  readonly clock?: Clock | undefined
}

/** What of a socket matters here. */
interface ServerSocket {
  readonly server?: unknown
  readonly destroyed: boolean
  destroy(): unknown
}

const sweepMs = 50
// A socket that was destroyed is gone within a turn or two: what stays is not ours to wait for.
const afterCutMs = 1_000
const closings = new WeakMap<object, Promise<void>>()

/**
 * The end of a server and its keyring, in the order in which every use is counted: the server takes no connections any
 * more and drops idle ones; responses under way get `graceMs`; what is still open then is cut, event streams, WebSockets
 * and HTTP/2 sessions too; then `keyring.close()` stores what was counted. Another call for the same server gives the
 * same promise. End your database after it.
 *
 * @example
 * process.once('SIGTERM', async () => {
 *   await closeGracefully(server, keyring, { graceMs: 10_000 })
 *   await pool.end()
 * })
 *
 * @param server from `listen()`, of HTTP/1 or HTTP/2
 * @throws {ConfigurationError} when an argument is wrong
 * @throws {UnavailableError} when the store does not close in time; the server is closed then
 */
export async function closeGracefully(
  server: ClosableServer,
  keyring: Pick<Keyring, 'close'>,
  options: CloseOptions = {},
): Promise<void> {
  const { graceMs = 10_000, clock = systemClock } = parseOptions<CloseOptions>('closeGracefully', options, [
    'graceMs',
    'clock',
  ])
  if (typeof server?.close !== 'function' || typeof server.on !== 'function') {
    throw new ConfigurationError('server', 'Expected the server that listen() gives, of node:http or node:http2.')
  }
  if (typeof keyring?.close !== 'function') {
    throw new ConfigurationError('keyring', 'Expected the result of createKeyring(...).')
  }
  if (!Number.isSafeInteger(graceMs) || graceMs < 0) {
    throw new ConfigurationError('graceMs', `Expected graceMs to be a number of milliseconds, got ${typeof graceMs}.`)
  }
  let closing = closings.get(server)
  if (closing === undefined) {
    closing = closeServer(server, graceMs, clock).then(() => keyring.close())
    closings.set(server, closing)
  }
  return closing
}

function closeServer(server: ClosableServer, graceMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let cancelSweep = (): void => {}
    let cancelGrace = (): void => {}
    const end = (): void => {
      cancelSweep()
      cancelGrace()
      resolve()
    }
    const sweep = (): void => {
      // A connection that is in use now would otherwise be kept alive for seconds after its answer.
      server.closeIdleConnections?.()
      cancelSweep = clock.schedule(sweepMs, sweep)
    }
    const cut = (): void => {
      server.closeAllConnections?.()
      for (const socket of socketsOf(server)) socket.destroy()
      cancelGrace = clock.schedule(afterCutMs, end)
    }
    // A session of HTTP/2 has no idle moment that shows: the last stream it may open tells it to end.
    server.on('stream', (stream: { readonly session?: { close(): void } }) => stream.session?.close())
    server.close(end)
    sweep()
    if (graceMs === 0) cut()
    else cancelGrace = clock.schedule(graceMs, cut)
  })
}

/**
 * The open sockets of a server. It forgets those that changed to another protocol, and has no list of HTTP/2 sessions, but
 * waits for all of them. Node lists what keeps a process alive under a name that is not documented; where that is gone,
 * such sockets stay open, and are not waited for.
 */
function socketsOf(server: ClosableServer): readonly ServerSocket[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => readonly unknown[] }
  return (handles?.() ?? []).filter((handle): handle is ServerSocket => {
    const socket = handle as Partial<ServerSocket>
    return socket.server === server && typeof socket.destroy === 'function'
  })
}
