import { fieldOf } from '../database/dialect.ts'
import type { PostgresJsReserved } from './client.ts'

/** The connection behind what `reserve` gave. */
export interface Session {
  /** The same object for one connection to the server, another when it connects again. */
  readonly identity: object
  /** Where the pool keeps it at the moment: among those that are taken, or that carry out a statement. */
  place(): Counted | undefined
  /** Ends the connection. Its place in the pool is free when the socket is closed. */
  destroy(): void
  /** It is about to be given back. */
  leave(): void
}

/** A list of connections of the pool. */
export interface Counted {
  readonly length: number
}

/** What postgres.js shows of a connection to what runs on it. */
interface Internals {
  terminate(): void
  queue: unknown
}

/**
 * Finds out which connection was reserved: postgres.js would run statements also on one that has ended meanwhile, which ends
 * the process, and it closes none that does not answer. An empty statement asks; the next one is sent together with it.
 *
 * @param ended is told when the connection ends while it is taken
 * @returns undefined where postgres.js does not tell
 */
export async function sessionOf(
  reserved: PostgresJsReserved,
  ended: (error: Error) => void,
): Promise<Session | undefined> {
  const seen: { connection?: Internals | undefined } = {}
  const query = reserved.unsafe('', [], {
    onexecute(connection: Internals) {
      seen.connection = connection
      return true
    },
  })
  const asked = Promise.resolve(query)
  // What it fails with, the next statement fails with too.
  asked.catch(() => undefined)
  for (let turns = 0; seen.connection === undefined && turns < turnsUntilSent; turns += 1) await Promise.resolve()
  // It is not told while a connection has much to send; but which one it is shows by now.
  seen.connection ??= byState.get(stateOf(query))
  if (seen.connection === undefined) await asked
  const connection = seen.connection ?? byState.get(stateOf(query))
  if (connection === undefined || typeof connection.terminate !== 'function') return undefined
  byState.set(stateOf(query), connection)
  return sessionOn(connection, ended)
}

const turnsUntilSent = 10
// By the object in which a connection keeps the id of its server process.
const byState = new WeakMap<object, Internals>()

function stateOf(query: object): object {
  const state = fieldOf(query, 'state')
  return typeof state === 'object' && state !== null ? state : query
}

function sessionOn(connection: Internals, ended: (error: Error) => void): Session {
  const identity = identities.get(connection) ?? {}
  identities.set(connection, identity)
  const forget = (): void => void identities.delete(connection)
  onClose(connection, (error) => {
    forget()
    ended(error)
  })
  return {
    identity,
    place() {
      const { queue } = connection
      return typeof fieldOf(queue, 'length') === 'number' ? (queue as Counted) : undefined
    },
    destroy() {
      forget()
      connection.terminate()
    },
    leave() {
      onClose(connection, forget)
    },
  }
}

const identities = new WeakMap<Internals, object>()

/** Whom postgres.js tells when a connection ends: one listener, as its own `begin` sets it. */
function onClose(connection: Internals, listener: (error: Error) => void): void {
  Reflect.set(connection, 'onclose', listener)
}
