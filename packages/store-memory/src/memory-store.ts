import { parseOptions, ConfigurationError, type KeyStore, UnavailableError } from '@claviger/core/store'
import { commitLocked, commitTo } from './commit.ts'
import { type Database, emptyDatabase } from './database.ts'
import { dueKeys } from './due.ts'
import { claimFollower } from './followers.ts'
import { findKeys, listKeys } from './keys.ts'
import { mark } from './marks.ts'
import { purge } from './purge.ts'
import { listServices } from './services.ts'
import { warnOfSeveral } from './several-processes.ts'

/** How a memory store is made. */
export interface MemoryStoreOptions {
  /** The identity of the data, as told by `poll`. Default: random. Only tests of failovers need to set it. */
  readonly storeId?: string
  /** How many changes `poll` can return; a caller further behind gets `gap`. Default 1 000. */
  readonly changeLogLength?: number
}

/** Every half of the store contract, and a way to simulate several processes. */
export interface MemoryStore extends Required<KeyStore> {
  /** Another handle on the same data, as another process would hold it. Closing one leaves the others open. */
  connect(): MemoryStore
}

/**
 * Keeps keys in this process's memory: for development, tests and single-process servers that may forget. Everything is
 * lost when the process ends. In a worker of `node:cluster` it warns: each process would have keys of its own.
 *
 * Records are checked and copied on the way in and out. Every call after `close()` rejects with `UnavailableError`,
 * but `close()` itself, which may be repeated.
 *
 * @throws {ConfigurationError} when an option is wrong
 */
export function memoryStore(options?: MemoryStoreOptions): MemoryStore {
  const given = parseOptions<MemoryStoreOptions>('memoryStore', options, ['storeId', 'changeLogLength'])
  const { storeId = crypto.randomUUID(), changeLogLength = 1_000 } = given
  if (typeof storeId !== 'string' || storeId === '') {
    throw new ConfigurationError('storeId', 'storeId must be a text that is not empty. Leave it out for a random one.')
  }
  if (!Number.isSafeInteger(changeLogLength) || changeLogLength < 0) {
    throw new ConfigurationError('changeLogLength', 'changeLogLength must be an integer of at least 0.')
  }
  warnOfSeveral()
  return handleOn(emptyDatabase(storeId, changeLogLength))
}

function handleOn(database: Database): MemoryStore {
  let closed = false
  const hangUps = new Set<() => void>()
  const open = (): Database => {
    if (closed) throw new UnavailableError('store', 'This memory store was closed. Create a new one.')
    return database
  }

  return {
    find: async (ids) => findKeys(open().keys, ids),
    list: async (query) => listKeys(open().keys, query),
    commit: async (change) => commitTo(open(), change),
    commitLocked: async (targets, decide) => commitLocked(open(), targets, decide),
    poll: async (since) => open().log.since(since),
    subscribe: async (listener) => {
      const hangUp = open().bus.listen(listener)
      hangUps.add(hangUp)
      return {
        close: async () => {
          hangUp()
          hangUps.delete(hangUp)
        },
      }
    },
    addUsage: async (batch) => open().usage.add(batch),
    usage: async (query) => open().usage.points(query),
    busiest: async (query) => open().usage.busiest(query),
    addCallers: async (entries) => open().callers.add(entries),
    callers: async (query) => open().callers.of(query),
    activity: async (query) => open().activity.list(query),
    services: async (query) => listServices(open().accounts, query),
    due: async (query) => dueKeys(open(), query),
    activityAfter: async (position, limit) => open().lines.after(position, limit),
    claimFollower: async (claim) => claimFollower(open().followers, claim),
    marks: async (proposed) => mark(open().marks, proposed),
    purge: async (limits) => purge(open(), limits),
    ready: async () => void open(),
    close: async () => {
      closed = true
      for (const hangUp of hangUps) hangUp()
      hangUps.clear()
    },
    connect: () => handleOn(open()),
  }
}
