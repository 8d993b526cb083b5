import { parseOptions, ConfigurationError, describeClient } from '@claviger/core/store'
import type { RedisClient, RedisClusterClient } from './client/client.ts'

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
  readonly subscriber?: RedisClient | RedisClusterClient | false
  /**
   * Time between two pings on the bus, and for the answer to one, in milliseconds. After that the bus counts as down
   * and connects again. Default 1 000.
   */
  readonly busPingMs?: number
}

/** Every option, checked. */
export interface ResolvedOptions extends Required<RedisStoreOptions> {}

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
  client: RedisClient | RedisClusterClient,
  given: RedisStoreOptions | undefined,
): ResolvedOptions {
  const options = parseOptions<RedisStoreOptions>('redisStore', given, names)
  const { namespace = 'claviger', allowVolatileStore = false, subscriber = client } = options
  requireClient('client', client)
  if (typeof namespace !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(namespace)) {
    throw new ConfigurationError('namespace', 'namespace must be 1 to 64 letters, digits, "_" or "-".')
  }
  if (typeof allowVolatileStore !== 'boolean') {
    throw new ConfigurationError('allowVolatileStore', 'allowVolatileStore must be true or false.')
  }
  if (subscriber !== false) requireClient('subscriber', subscriber)
  return {
    namespace,
    allowVolatileStore,
    subscriber,
    commandTimeoutMs: integer('commandTimeoutMs', options.commandTimeoutMs ?? 1_000, 1, 60_000),
    changeLogLength: integer('changeLogLength', options.changeLogLength ?? 1_000, 0, 100_000),
    busPingMs: integer('busPingMs', options.busPingMs ?? 1_000, 10, 60_000),
  }
}

function requireClient(option: string, client: unknown): void {
  const has = (method: string): boolean =>
    typeof client === 'object' && client !== null && typeof Reflect.get(client, method) === 'function'
  const name = describeClient(client)
  if (!has('call') || !has('duplicate')) {
    throw new ConfigurationError(
      option,
      `${option} must be a client of ioredis 5 or 6, got ${name}. Write redisStore(new Redis(url)), with Redis of 'ioredis'.`,
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

function isSubscribed(client: object): boolean {
  const mode: unknown = Reflect.get(client, 'mode')
  return mode === 'subscriber' || mode === 'monitor'
}

function integer(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new ConfigurationError(option, `${option} must be an integer from ${min} to ${max}.`)
}
