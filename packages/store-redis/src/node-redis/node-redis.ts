import { ConfigurationError, describeClient } from '@claviger/core/store'
import type { OpenRedisClient } from '../client/client.ts'
import type { NodeRedisClient } from './client.ts'
import { storeConnection } from './store-connection.ts'

const opening: unique symbol = Symbol('Opens a connection of the store')

/** A client of node-redis that a store can be made on. */
export interface NodeRedis {
  /** For the store: opens a connection of its own. */
  readonly [opening]: (limitMs: number) => OpenRedisClient
}

/**
 * Makes a client of the package `redis` (node-redis 5 or 6) fit for `redisStore`.
 *
 * The store takes the settings of the client (address, TLS, user, database) and connects by itself: one connection for
 * commands, one for the bus. So the client need not be connected, is never used and never closed, and its options for
 * queues, replies and reconnecting do not matter.
 *
 * @param client what `createClient` of `redis` gives; clusters, Sentinel and pools are refused
 * @throws {ConfigurationError} for anything else
 *
 * @example
 * const store = redisStore(nodeRedis(createClient({ url: process.env.REDIS_URL })))
 */
export function nodeRedis(client: NodeRedisClient): NodeRedis {
  requireNodeRedis(client)
  const made = known.get(client) ?? { [opening]: (limitMs: number) => storeConnection(client, limitMs) }
  known.set(client, made)
  return made
}

// One for each client, so that the stores on it can be counted.
const known = new WeakMap<NodeRedisClient, NodeRedis>()

/** Whether a value was made by `nodeRedis`. */
export function isNodeRedis(value: unknown): value is NodeRedis {
  return typeof value === 'object' && value !== null && opening in value
}

/** Opens a connection for one store. */
export function openNodeRedis(client: NodeRedis, limitMs: number): OpenRedisClient {
  return client[opening](limitMs)
}

const ways: Readonly<Record<string, string>> = {
  'a cluster client of node-redis': "redisStore(new Cluster(urls)), with Cluster of 'ioredis'",
  'a Sentinel client of node-redis': "redisStore(new Redis({ sentinels, name })), with Redis of 'ioredis'",
}

function requireNodeRedis(client: unknown): void {
  const name = describeClient(client)
  const has = (member: string): boolean => typeof Reflect.get(Object(client), member) === 'function'
  if (name === 'a client of the redis package (node-redis)') {
    if (['duplicate', 'destroy', 'ref', 'unref'].every(has)) return
    throw new ConfigurationError(
      'client',
      'nodeRedis takes a client of node-redis 5 or 6; this one is older, or is its legacy() form. Update the package redis.',
    )
  }
  const way = ways[name] ?? (name.startsWith('an ioredis') ? 'redisStore(client)' : undefined)
  throw new ConfigurationError(
    'client',
    `nodeRedis takes a client of node-redis 5 or 6, got ${name}. ` +
      `Write ${way ?? "redisStore(nodeRedis(createClient({ url }))), with createClient of 'redis'"}.`,
  )
}
