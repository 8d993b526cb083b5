/**
 * What the store calls of an ioredis client. Written down instead of imported, so that versions 5 and 6, `Redis` and
 * `Cluster`, and wrappers around them all fit, whatever reply types they declare.
 */
export interface RedisCommands {
  call(command: string, ...args: (string | number)[]): Promise<unknown>
}

/** One connection to one server, as the store opens it for the bus. */
export interface RedisConnection extends RedisCommands {
  connect(): Promise<unknown>
  disconnect(): void
  subscribe(channel: string): Promise<unknown>
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
}

/** Options of a connection that the bus sets itself. */
export interface ConnectionOverrides {
  readonly lazyConnect: boolean
  readonly autoResubscribe: boolean
  readonly enableOfflineQueue: boolean
  readonly maxRetriesPerRequest: number
  readonly retryStrategy: () => null
  readonly reconnectOnError: null
  readonly keyPrefix: string
}

/** An ioredis `Redis`, version 5 or 6, of the host's. */
export interface RedisClient extends RedisCommands {
  duplicate(overrides: ConnectionOverrides): RedisConnection
}

/** A client that was made for one store, which closes it. It connects when it is first used. */
export interface OpenRedisClient extends RedisClient {
  readonly status: string
  /** Stands for the current connection: another object for another one. */
  readonly stream: { destroy(): void } | undefined
  close(): void
}

/** An ioredis `Cluster`, version 5 or 6, of the host's. */
export interface RedisClusterClient extends RedisCommands {
  nodes(role: 'master' | 'all'): RedisClient[]
  /** Where reads go; anything but `master` is refused by `ready()`. */
  readonly options: { readonly scaleReads?: unknown }
}

/** Tells the two apart by what only a cluster can be asked. */
export function isCluster(client: RedisClient | RedisClusterClient): client is RedisClusterClient {
  return 'nodes' in client && typeof client.nodes === 'function'
}
