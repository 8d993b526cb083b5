import type { RedisClient, RedisConnection } from './client.ts'

/** A connection with the settings of a client, that connects when it is told to, once, and repeats nothing. */
export function freshConnection(client: RedisClient): RedisConnection {
  return client.duplicate({
    lazyConnect: true,
    autoResubscribe: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    reconnectOnError: null,
    keyPrefix: '',
  })
}
