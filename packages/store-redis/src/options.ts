import { parseOptions, ConfigurationError, describeClient } from '@claviger/core/store'
import type { RedisClient, RedisClusterClient } from './client/client.ts'
import { isNodeRedis, type NodeRedis, openNodeRedis } from './node-redis/node-redis.ts'

/** How a Redis store is made. */
export interface RedisStoreOptions {
  /**
   * Sets this keyring's names apart from everything else in Redis: letters, digits, `_` and `-`, at most 64.
   * Default `claviger`.
   */
  readonly namespace?: string
  /** How long one command may take before the call rejects, in milliseconds. Default 1 000. */
  readonly commandTimeoutMs?: number
  /** How many changes `poll` can return; a caller further behind gets `gap`. Default 1 000, at most 100 000. */
  readonly changeLogLength?: number
  /**
   * WARNING: lets `ready()` pass on a Redis that evicts keys or keeps no append-only file. Keys may vanish, and revoked
   * keys may come back after a restart. For development. Default false.
   */
  readonly allowVolatileStore?: boolean
  /**
   * The client whose settings the bus connects with: it is duplicated, and the duplicates are closed by the store.
   * `false`: no bus, and other processes learn about changes by polling only. Default: the store's own client.
   */
  readonly subscriber?: RedisClient | RedisClusterClient | NodeRedis | false
  /**
   * Time between two pings on the bus, and for the answer to one, in milliseconds. After that the bus counts as down
   * and connects again. Default 1 000.
   */
  readonly busPingMs?: number
}

/** Every option, checked. */
export interface ResolvedOptions extends Required<Omit<RedisStoreOptions, 'subscriber'>> {
  readonly client: RedisClient | RedisClusterClient
  readonly subscriber: RedisClient | RedisClusterClient | false
  /** Closes what was opened for this store alone. */
  readonly closeClient: () => void
}

const names: readonly (keyof RedisStoreOptions)[] = [
  'namespace',
  'commandTimeoutMs',
  'changeLogLength',
  'allowVolatileStore',
  'subscriber',
  'busPingMs',
]

/** @throws {ConfigurationError} naming the option that is wrong */
export function resolveOptions(
  given: RedisClient | RedisClusterClient | NodeRedis,
  givenOptions: RedisStoreOptions | undefined,
): ResolvedOptions {
  const options = parseOptions<RedisStoreOptions>('redisStore', givenOptions, names)
  const { namespace = 'claviger', allowVolatileStore = false } = options
  const commandTimeoutMs = integer('commandTimeoutMs', options.commandTimeoutMs ?? 1_000, 1, 60_000)
  requireClient('client', given)
  if (typeof namespace !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(namespace)) {
    throw new ConfigurationError('namespace', 'namespace must be 1 to 64 letters, digits, "_" or "-".')
  }
  if (typeof allowVolatileStore !== 'boolean') {
    throw new ConfigurationError('allowVolatileStore', 'allowVolatileStore must be true or false.')
  }
  if (options.subscriber !== undefined && options.subscriber !== false) requireClient('subscriber', options.subscriber)
  const opened = isNodeRedis(given) ? openNodeRedis(given, commandTimeoutMs) : undefined
  const client = opened ?? (given as RedisClient | RedisClusterClient)
  const { subscriber = client } = options
  return {
    client,
    closeClient: () => opened?.close(),
    namespace,
    allowVolatileStore,
    // It only makes others, for the bus.
    subscriber: isNodeRedis(subscriber) ? openNodeRedis(subscriber, commandTimeoutMs) : subscriber,
    commandTimeoutMs,
    changeLogLength: integer('changeLogLength', options.changeLogLength ?? 1_000, 0, 100_000),
    busPingMs: integer('busPingMs', options.busPingMs ?? 1_000, 10, 60_000),
  }
}

function requireClient(option: string, client: unknown): void {
  if (isNodeRedis(client)) return
  const has = (method: string): boolean =>
    typeof client === 'object' && client !== null && typeof Reflect.get(client, method) === 'function'
  const name = describeClient(client)
  if (!has('call') || !has('duplicate')) {
    throw new ConfigurationError(
      option,
      `${option} must be a client of ioredis 5 or 6, or of node-redis 5 or 6 through nodeRedis, got ${name}. ${wayFor(name)}`,
    )
  }
  // Such a connection refuses every command that has nothing to do with its channels. The bus opens one of its own.
  if (option === 'client' && isSubscribed(client as object)) {
    throw new ConfigurationError(
      option,
      'client is a connection that has subscribed to channels: it takes no commands. Pass another one, new Redis(url), ' +
        'or this one as { subscriber }.',
    )
  }
}

/** What to write instead. */
function wayFor(name: string): string {
  if (name === 'a client of the redis package (node-redis)') return 'Write redisStore(nodeRedis(client)).'
  if (name === 'a cluster client of node-redis')
    return "Write redisStore(new Cluster(urls)), with Cluster of 'ioredis'."
  return "Write redisStore(new Redis(url)), with Redis of 'ioredis', or redisStore(nodeRedis(createClient({ url })))."
}

function isSubscribed(client: object): boolean {
  const mode: unknown = Reflect.get(client, 'mode')
  return mode === 'subscriber' || mode === 'monitor'
}

function integer(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new ConfigurationError(option, `${option} must be an integer from ${min} to ${max}.`)
}
