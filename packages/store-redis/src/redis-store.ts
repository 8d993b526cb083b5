import { clientUse, type KeyStore, type Subscription, UnavailableError } from '@claviger/core/store'
import { listActivity } from './listing/activity.ts'
import { openBus } from './bus/bus.ts'
import { busiestKeys } from './usage/busiest.ts'
import { addCallers } from './callers/add.ts'
import { readCallers } from './callers/read.ts'
import { poll } from './changes/poll.ts'
import type { RedisClient, RedisClusterClient } from './client/client.ts'
import { boundedCommands } from './client/commands.ts'
import { connectionTrouble } from './client/connection-trouble.ts'
import { careFor } from './client/connection-care.ts'
import { commitTo } from './commit/commit.ts'
import { commitLocked } from './commit/commit-locked.ts'
import type { Database } from './database.ts'
import type { NodeRedis } from './node-redis/node-redis.ts'
import { dueKeys } from './listing/due.ts'
import { claimFollower } from './followers.ts'
import { keyNames } from './names.ts'
import { listKeys } from './listing/keys.ts'
import { activityAfter } from './listing/lines.ts'
import { exchangeMarks } from './marks.ts'
import { indexReminders } from './migrate.ts'
import { type RedisStoreOptions, resolveOptions } from './options.ts'
import { purge } from './purge/purge.ts'
import { checkServers } from './ready/servers.ts'
import { findKeys } from './records.ts'
import { listServices } from './listing/services.ts'
import { tryEverything } from './ready/trial.ts'
import { addUsage } from './usage/add.ts'
import { readUsage } from './usage/read.ts'
import { createVoice } from './bus/voice.ts'

/** Every half of the store contract; the bus unless it was switched off. */
export interface RedisStore extends Required<Omit<KeyStore, 'subscribe'>>, Pick<KeyStore, 'subscribe'> {
  /**
   * Puts keys that processes without reminders wrote into the indexes of `remind()`, in small steps, while all else goes
   * on. Call it once, when the last of those processes is gone; it may be repeated. Needs the right to `SCAN`. Gives what
   * was done, for a log: nothing when all keys were there.
   *
   * @throws {UnavailableError} when Redis fails, or refuses
   */
  migrate(): Promise<readonly string[]>
}

/**
 * Keeps keys in Redis 7 or later, or in a Redis Cluster, through a client of the host's.
 *
 * The client stays the host's: the store never closes it, and closes every connection it opens itself. Every call after
 * `close()` rejects with `UnavailableError`, but `close()` itself, which may be repeated.
 *
 * `ready()` rejects with `ConfigurationError` when Redis is too old, a replica, may evict keys, or keeps no append-only
 * file.
 *
 * @param given an ioredis 5 or 6 `Redis` or `Cluster`, or a client of node-redis 5 or 6 through `nodeRedis`
 * @throws {ConfigurationError} when the client or an option is wrong
 *
 * @example
 * const redis = new Redis(process.env.REDIS_URL, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
 * const keyring = createKeyring({ prefix: 'acme', store: redisStore(redis), permissions, resolveOwner })
 */
export function redisStore(
  given: RedisClient | RedisClusterClient | NodeRedis,
  options?: RedisStoreOptions,
): RedisStore {
  const resolved = resolveOptions(given, options)
  const { client, subscriber, commandTimeoutMs, changeLogLength, busPingMs } = resolved
  const names = keyNames(resolved.namespace)
  const care = careFor(client, commandTimeoutMs)
  const commands = boundedCommands(client, commandTimeoutMs, care)
  const voice = createVoice(names.channel)
  const database: Database = { names, commands, changeLogLength, patienceMs: commandTimeoutMs, voice }
  const subscriptions = new Set<Subscription>()
  const use = clientUse(given, 'Redis client')
  let closed = false
  let warned = false

  const open = (): Database => {
    if (closed) throw new UnavailableError('store', 'This Redis store was closed. Create a new one.')
    return database
  }

  const check = async (): Promise<void> => {
    // Before the servers are asked: a Cluster client learns of them with its first command.
    await commands.ask('MGET', names.head)
    use.begin()
    const doubt = await checkServers(client, resolved)
    await tryEverything(database)
    await poll(database, null)
    if (doubt === undefined || warned) return
    warned = true
    process.emitWarning(doubt, 'ClavigerWarning')
  }

  const store: RedisStore = {
    find: async (ids) => findKeys(first(open()), ids),
    list: async (query) => listKeys(open(), query),
    commit: async (change) => commitTo(open(), change),
    commitLocked: async (targets, decide, urgency) =>
      commitLocked(urgency === 'ordinary' ? open() : first(open()), targets, decide, urgency),
    poll: async (since) => poll(first(open()), since),
    addUsage: async (batch) => addUsage(open(), batch),
    usage: async (query) => readUsage(open(), query),
    busiest: async (query) => busiestKeys(open(), query),
    addCallers: async (entries) => addCallers(open(), entries),
    callers: async (query) => readCallers(open(), query),
    activity: async (query) => listActivity(open(), query),
    services: async (query) => listServices(open(), query),
    due: async (query) => dueKeys(open(), query),
    activityAfter: async (position, limit) => activityAfter(open(), position, limit),
    claimFollower: async (claim) => claimFollower(open(), claim),
    marks: async (proposed) => exchangeMarks(open(), proposed),
    purge: async (limits) => purge(open(), limits),
    async migrate() {
      const added = await indexReminders(open())
      return added === 0 ? [] : [`reminders: ${added} places`]
    },
    async ready() {
      open()
      try {
        await check()
      } catch (error) {
        const trouble =
          error instanceof UnavailableError ? await connectionTrouble(client, commandTimeoutMs) : undefined
        if (trouble === undefined) throw error
        throw new UnavailableError('store', `Redis cannot be used. ${trouble}`, { cause: error })
      }
    },
    async close() {
      closed = true
      use.end()
      care.stop()
      resolved.closeClient()
      await Promise.all([...subscriptions].map((subscription) => subscription.close()))
      subscriptions.clear()
    },
  }
  if (subscriber === false) return store
  return {
    ...store,
    async subscribe(listener) {
      open()
      const times = { connectMs: commandTimeoutMs, pingMs: busPingMs }
      const bus = await openBus(subscriber, names.channel, listener, times)
      const unlisten = voice.tell((reason) => listener.mute?.(reason))
      const subscription: Subscription = {
        async close() {
          unlisten()
          subscriptions.delete(subscription)
          await bus.close()
        },
      }
      if (closed) await bus.close()
      else subscriptions.add(subscription)
      open()
      return subscription
    },
  }
}

/** What requests and the lease wait for, and what takes trust away. */
function first(database: Database): Database {
  return { ...database, commands: database.commands.first }
}
