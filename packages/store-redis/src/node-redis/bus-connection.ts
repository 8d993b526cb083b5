import type { RedisConnection } from '../client/client.ts'
import type { NodeRedisClient } from './client.ts'
import { oneConnection } from './one-connection.ts'

/** A connection for the bus, as ioredis gives one. */
export function busConnection(client: NodeRedisClient, connectMs: number): RedisConnection {
  const listeners = {
    message: [] as ((channel: string, message: string) => void)[],
    end: [] as (() => void)[],
    error: [] as ((error: unknown) => void)[],
  }
  const connection = oneConnection(client, connectMs, (error) => {
    for (const listener of listeners.error) listener(error)
    for (const listener of listeners.end) listener()
  })
  return {
    connect: () => connection.connect(),
    disconnect: () => connection.destroy(),
    call: (command, ...args) => connection.call(command, args),
    async subscribe(channel) {
      await connection.subscribe(channel, (from, message) => {
        for (const listener of listeners.message) listener(from, message)
      })
      // Listening alone keeps no process alive.
      connection.hold(false)
    },
    on: (event: keyof typeof listeners, listener: never) => listeners[event].push(listener),
  }
}
