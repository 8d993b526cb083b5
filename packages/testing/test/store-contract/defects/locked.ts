import type { Change, CommitResult, KeyStore, LockedRecord, LockTarget } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { nextTurn } from '../collect.ts'
import type { Defect, FullStore } from '../honest-store.ts'

type Decide = (stored: readonly LockedRecord[]) => Change | undefined
type CommitLocked = FullStore['commitLocked']

/** Reads first, and compares and sets later, so many times. */
function unlocked(store: FullStore, attempts: number): CommitLocked {
  return async (targets, decide) => {
    let result: CommitResult | undefined
    for (let attempt = 0; attempt < attempts && result?.ok !== true; attempt += 1) {
      const found = await store.find(targets.map(({ id }) => id))
      await nextTurn()
      const change = decide(targets.map(({ id }) => structuredClone(found.get(id) ?? null)))
      if (change === undefined) return undefined
      result = await store.commit(change)
    }
    return result
  }
}

const deciding =
  (store: FullStore, wrap: (decide: Decide, targets: readonly LockTarget[]) => Decide): CommitLocked =>
  (targets, decide, urgency) =>
    store.commitLocked(targets, wrap(decide, targets), urgency)

export const locked: readonly Defect[] = [
  {
    name: 'compares and sets once',
    breaks: (store) => ({ commitLocked: unlocked(store, 1) }),
    fails: ['many come at once', 'in a loop'],
  },
  {
    name: 'compares and sets, and gives up after three times',
    breaks: (store) => ({ commitLocked: unlocked(store, 3) }),
    fails: ['many come at once', 'opposite order'],
  },
  {
    name: 'shows the records in the order in which it locked them',
    breaks: (store) => ({
      commitLocked: (targets, decide, urgency) =>
        store.commitLocked(
          targets.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          decide,
          urgency,
        ),
    }),
    fails: ['show what is stored'],
  },
  {
    name: 'takes nothing for an empty change',
    breaks: (store) => ({
      commitLocked: deciding(
        store,
        (decide) => (stored) =>
          decide(stored) ?? { writes: [], activity: [], announcements: [], nonce: 'n', at: 0, silent: false },
      ),
    }),
    fails: ['write nothing when nothing is decided'],
  },
  {
    name: 'keeps what it locked when nothing was decided',
    breaks: (store) => {
      let isLeft = false
      return {
        async commitLocked(targets, decide, urgency) {
          const result = await store.commitLocked(targets, decide, urgency).catch((error: unknown) => {
            isLeft = true
            throw error
          })
          isLeft = result === undefined
          return result
        },
        commit: async (change) => {
          if (isLeft) throw new Error('locked')
          return store.commit(change)
        },
      }
    },
    fails: ['write nothing when nothing is decided', 'refuse a write of what is not locked'],
  },
  {
    name: 'tells no one of what was decided',
    breaks: (store) => ({
      commitLocked: deciding(store, (decide) => (stored) => {
        const change = decide(stored)
        return change && { ...change, announcements: [] }
      }),
    }),
    fails: ['move the head'],
  },
  {
    name: 'writes the records alone',
    breaks: (store) => ({
      commitLocked: deciding(store, (decide) => (stored) => {
        const change = decide(stored)
        const writes = change?.writes.filter(({ type }) => type !== 'idempotency') ?? []
        return change && { ...change, writes, activity: [] }
      }),
    }),
    fails: ['write the log, and an idempotency row'],
  },
  {
    name: 'locks only what is there',
    breaks: (store) => ({
      commitLocked: deciding(store, (decide) => (stored) => (stored.includes(null) ? undefined : decide(stored))),
    }),
    fails: ['insert a key', 'show what is stored'],
  },
  {
    name: 'finds no service accounts',
    breaks: (store) => ({
      commitLocked: deciding(
        store,
        (decide, targets) => (stored) =>
          decide(stored.map((record, index) => (targets[index]?.type === 'serviceAccount' ? null : record))),
      ),
    }),
    fails: ['show a service account'],
  },
  {
    name: 'takes a corrupt row for none',
    breaks: (store) => ({
      commitLocked: deciding(
        store,
        (decide) => (stored) => decide(stored.map((record) => (record === 'corrupt' ? null : record))),
      ),
    }),
    fails: ['cannot be read'],
  },
  {
    name: 'judges nothing that was decided under the lock',
    breaks: (store) => ({
      async commitLocked(targets, decide, urgency) {
        const result = await store.commitLocked(targets, decide, urgency)
        return result?.ok === false ? { ok: true, head: null } : result
      },
    }),
    fails: ['never revive', 'cannot be read'],
  },
  {
    name: 'writes the last use that the decision brings',
    breaks: (store) => ({
      async commitLocked(targets, decide, urgency) {
        const result = await store.commitLocked(targets, decide, urgency)
        const [id] = targets.map((target) => target.id)
        const entry = { workspaceId: 'ws_acme', keyId: id ?? '', version: 1, hour: 0, requests: 1, allowed: 1 }
        const entries = [{ ...entry, denied: {}, clientErrors: 0, serverErrors: 0, lastUsedAt: 9 }]
        await store.addUsage({ instanceId: 'defect', sequence: 1, entries })
        return result
      },
    }),
    fails: ['leave the last use'],
  },
  {
    name: 'writes whatever it is told to',
    breaks: (store) => ({
      async commitLocked(targets, decide) {
        const found = await store.find(targets.map(({ id }) => id))
        const change = decide(targets.map(({ id }) => found.get(id) ?? null))
        return change && store.commit(change)
      },
    }),
    fails: ['refuse a write of what is not locked'],
  },
  {
    name: 'hands out what it stores',
    breaks: (store) => {
      const kept = new Map<string, LockedRecord>()
      const shown = (id: string, record: LockedRecord): LockedRecord => {
        if (!kept.has(id)) kept.set(id, record)
        return kept.get(id) ?? null
      }
      return {
        commitLocked: deciding(
          store,
          (decide, targets) => (stored) =>
            decide(stored.map((record, index) => shown(targets[index]?.id ?? '', record))),
        ),
        async find(ids) {
          const found = await store.find(ids)
          for (const id of ids) if (kept.has(id)) (found as Map<string, unknown>).set(id, kept.get(id))
          return found
        },
      }
    },
    fails: ['hand out copies'],
  },
  {
    name: 'gives every handle data of its own',
    harness: () => ({ second: async (): Promise<KeyStore> => memoryStore() }),
    fails: ['many come at once', 'opposite order'],
  },
]
