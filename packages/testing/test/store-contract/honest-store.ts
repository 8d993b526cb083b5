import {
  type CommitResult,
  decodeKeyRecord,
  type KeyRecord,
  type KeyStore,
  UnavailableError,
} from '@claviger/core/store'
import { type MemoryStore, memoryStore } from '@claviger/store-memory'
import type { StoreUnderTest } from '@claviger/testing'

/** Every method of a store. */
export type FullStore = Required<KeyStore>

/** One planted mistake and the tests that must notice it. */
export interface Defect {
  /** What is wrong with the store, as the end of "a store that ...". */
  readonly name: string
  /** The methods that are wrong, made from the honest ones. */
  readonly breaks?: (honest: FullStore) => Partial<FullStore>
  /** What is wrong with the harness' handles. */
  readonly harness?: (honest: StoreUnderTest) => Partial<StoreUnderTest>
  /** Parts of titles; every test of the group whose title contains one must fail. */
  readonly fails: readonly string[]
}

/** What the suite's hooks need. */
export interface Hooked extends StoreUnderTest {
  /** Refuses writes, and so polls, until the returned function is called. */
  demote(): Promise<() => Promise<void>>
  /** Puts an empty store in the place of this one. */
  lose(): Promise<void>
}

/** A store without a mistake, with everything the harness may offer; `breaks` plants one in every handle. */
export async function makeStore({ breaks, harness }: Partial<Defect> = {}): Promise<Hooked> {
  const memory = memoryStore()
  const empty = memoryStore()
  const server = { isDemoted: false, isLost: false }
  const raw = new Map<string, string>()
  const handles: MemoryStore[] = []
  const handle = (connected: MemoryStore): FullStore => {
    handles.push(connected)
    const sound = withRawRows(connected, raw)
    const current = (): FullStore => (server.isLost ? empty : sound)
    const writable = (): FullStore => {
      if (server.isDemoted) throw new UnavailableError('store', 'It takes no writes.')
      return current()
    }
    const honest: FullStore = {
      ...sound,
      find: async (ids) => current().find(ids),
      poll: async (since) => writable().poll(since),
      commit: async (change) => writable().commit(change),
    }
    return { ...honest, ...breaks?.(honest) }
  }
  const store = handle(memory)
  const made: Hooked = {
    store,
    second: async () => handle(memory.connect()),
    async reopen() {
      const reopened = handle(memory.connect())
      await memory.close()
      return reopened
    },
    async writeRaw(id, text) {
      raw.set(id, text)
    },
    async demote() {
      server.isDemoted = true
      return async () => {
        server.isDemoted = false
      }
    },
    async lose() {
      server.isLost = true
    },
    async close() {
      for (const one of handles) await one.close()
    },
  }
  return { ...made, ...harness?.(made) }
}

/** The memory store keeps no text that could be corrupt, so texts lie over its rows. */
function withRawRows(store: MemoryStore, raw: ReadonlyMap<string, string>): FullStore {
  const readable = (id: string): KeyRecord | 'corrupt' | undefined => {
    const text = raw.get(id)
    if (text === undefined) return undefined
    try {
      return decodeKeyRecord(text)
    } catch {
      return 'corrupt'
    }
  }
  return {
    ...store,
    async find(ids) {
      const found = new Map<string, KeyRecord | 'corrupt'>(await store.find(ids))
      for (const id of ids) {
        const over = readable(id)
        if (over !== undefined) found.set(id, over)
      }
      return found
    },
    async list(query) {
      const page = await store.list(query)
      return { ...page, items: page.items.filter(({ id }) => readable(id) === undefined) }
    },
    async commit(change): Promise<CommitResult> {
      const write = change.writes.findIndex((one) => one.type === 'key' && readable(one.record.id) === 'corrupt')
      return write === -1 ? store.commit(change) : { ok: false, reason: 'conflict', write, current: null }
    },
    async commitLocked(targets, decide, urgency) {
      let refused: CommitResult | undefined
      const result = await store.commitLocked(
        targets,
        (stored) => {
          const change = decide(stored.map((record, index) => readable(targets[index]?.id ?? '') ?? record))
          const write = change?.writes.findIndex((one) => one.type === 'key' && readable(one.record.id) === 'corrupt')
          if (write === undefined || write === -1) return change
          refused = { ok: false, reason: 'conflict', write, current: null }
          return undefined
        },
        urgency,
      )
      return refused ?? result
    },
  }
}
