import { monotonicMs } from '@claviger/core/store'
import type { OpenRedisClient } from '../client/client.ts'
import { busConnection } from './bus-connection.ts'
import type { NodeRedisClient } from './client.ts'
import { type OneConnection, oneConnection } from './one-connection.ts'

// A server that is away is not asked to connect more often than that.
const retryMs = 250

interface Attempt {
  readonly connection: OneConnection
  readonly connected: Promise<void>
  isReady: boolean
}

/**
 * The connection of one store: made with the first command, and again with the first one after it was lost. It keeps the
 * process alive only while a command waits for its answer.
 */
export function storeConnection(client: NodeRedisClient, limitMs: number): OpenRedisClient {
  let current: Attempt | undefined
  let failedAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let waiting = 0
  let isClosed = false

  const leave = (attempt: Attempt): void => {
    if (current === attempt) current = undefined
    attempt.connection.destroy()
  }
  const attempt = (): Attempt => {
    let lost: (error: unknown) => void = () => undefined
    const over = new Promise<never>((_, reject) => {
      lost = reject
    })
    over.catch(() => undefined)
    const connection = oneConnection(client, limitMs, (error) => {
      if (current === made) current = undefined
      lost(error)
    })
    const made: Attempt = {
      connection,
      isReady: false,
      connected: Promise.race([connection.connect(), over]).then(
        () => {
          made.isReady = true
        },
        (error: unknown) => {
          failedAt = monotonicMs()
          failure = error
          leave(made)
          throw error
        },
      ),
    }
    made.connected.catch(() => undefined)
    connection.hold(waiting > 0)
    return made
  }
  const connection = (): Attempt => {
    if (isClosed) throw new Error('Connection is closed.')
    if (current !== undefined) return current
    if (monotonicMs() - failedAt < retryMs) throw failure
    current = attempt()
    return current
  }
  const hold = (change: 1 | -1): void => {
    const was = waiting > 0
    waiting += change
    if (waiting > 0 !== was) current?.connection.hold(waiting > 0)
  }

  return {
    async call(command, ...args) {
      const calledAt = monotonicMs()
      hold(1)
      try {
        const used = connection()
        if (!used.isReady) await used.connected
        // Its caller was told by now that it failed.
        if (monotonicMs() - calledAt >= limitMs) throw new Error('Connecting took too long.')
        return await used.connection.call(command, args)
      } finally {
        hold(-1)
      }
    },
    duplicate: () => busConnection(client, limitMs),
    get status() {
      if (current === undefined) return 'end'
      return current.isReady ? 'ready' : 'connecting'
    },
    get stream() {
      const used = current
      return used === undefined ? undefined : streamOf(used, leave)
    },
    close() {
      isClosed = true
      if (current !== undefined) leave(current)
    },
  }
}

const streams = new WeakMap<Attempt, { destroy(): void }>()

/** Stands for the socket: as long as it is the same object, it is the same connection. */
function streamOf(attempt: Attempt, leave: (attempt: Attempt) => void): { destroy(): void } {
  const stream = streams.get(attempt) ?? { destroy: () => leave(attempt) }
  streams.set(attempt, stream)
  return stream
}
