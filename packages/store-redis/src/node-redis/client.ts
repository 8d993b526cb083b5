/** A client of node-redis 5 or 6, as `createClient` makes it. Only its settings are used: each store connects by itself. */
export interface NodeRedisClient {
  /** What it was made with. */
  readonly options?: { readonly socket?: object } | undefined
  duplicate(overrides?: object): NodeRedisConnection
}

/** What the store calls of a connection that it made. */
export interface NodeRedisConnection {
  connect(): Promise<unknown>
  destroy(): void
  sendCommand(args: string[]): Promise<unknown>
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>
  on(event: string, listener: (error: unknown) => void): unknown
  /** Whether the connection keeps the process alive. */
  ref(): void
  unref(): void
}
