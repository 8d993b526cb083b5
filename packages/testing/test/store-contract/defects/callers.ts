import {
  type CallerEntry,
  callersByKey,
  type CallersQuery,
  dayOf,
  mergeCallers,
  mostCallers,
} from '@claviger/core/store'
import { nextTurn } from '../collect.ts'
import type { Defect, FullStore } from '../honest-store.ts'
import { nudge } from '../tools.ts'

const adding =
  (mishear: (entries: readonly CallerEntry[]) => readonly CallerEntry[]) =>
  (store: FullStore): Partial<FullStore> => ({ addCallers: (entries) => store.addCallers(mishear(entries)) })

const patching = (patch: (entry: CallerEntry) => Partial<CallerEntry>): ((store: FullStore) => Partial<FullStore>) =>
  adding((entries) => entries.map((entry) => Object.assign({}, entry, patch(entry))))

const answering =
  (mistake: (callers: readonly CallerEntry[]) => readonly CallerEntry[]) =>
  (store: FullStore): Partial<FullStore> => ({ callers: async (query) => mistake(await store.callers(query)) })

/** A book of its own that adds by another rule. */
const keeping =
  (
    merge: (known: readonly CallerEntry[], added: readonly CallerEntry[]) => readonly CallerEntry[],
    keyOf: (key: CallersQuery) => string = ({ workspaceId, keyId }) => JSON.stringify([workspaceId, keyId]),
  ) =>
  (): Partial<FullStore> => {
    const keys = new Map<string, readonly CallerEntry[]>()
    return {
      async addCallers(entries) {
        for (const entry of entries) keys.set(keyOf(entry), merge(keys.get(keyOf(entry)) ?? [], [entry]))
      },
      callers: async (key) => keys.get(keyOf(key)) ?? [],
    }
  }

/** Asks the honest store for keys of other names. */
const renaming =
  (rename: (key: CallersQuery) => CallersQuery) =>
  (store: FullStore): Partial<FullStore> => ({
    addCallers: (entries) => store.addCallers(entries.map((entry) => ({ ...entry, ...rename(entry) }))),
    callers: async (key) => (await store.callers(rename(key))).map((entry) => Object.assign(entry, key)),
  })

/** Purges by another rule. */
const purgingBy =
  (rule: (callers: readonly CallerEntry[], before: number) => readonly CallerEntry[]) =>
  (store: FullStore): Partial<FullStore> => {
    const keys = new Map<string, readonly CallerEntry[]>()
    const placeOf = ({ workspaceId, keyId }: CallersQuery): string => JSON.stringify([workspaceId, keyId])
    return {
      async addCallers(entries) {
        for (const key of callersByKey(entries)) {
          keys.set(placeOf(key), mergeCallers(keys.get(placeOf(key)) ?? [], key.callers))
        }
      },
      callers: async (key) => keys.get(placeOf(key)) ?? [],
      async purge(limits) {
        const { usageBefore } = limits
        if (usageBefore !== undefined) for (const [place, some] of keys) keys.set(place, rule(some, usageBefore))
        return store.purge(limits)
      },
    }
  }

export const callers: readonly Defect[] = [
  {
    name: 'keeps none',
    breaks: () => ({ addCallers: async () => {} }),
    fails: ['gives back who', 'latest use', '1 000 entries', 'no other of their key', 'in steps'],
  },
  {
    name: 'gives the oldest first',
    breaks: answering((found) => found.toReversed()),
    fails: ['the latest first', 'callers of a key that were there last'],
  },
  {
    name: 'lets the last call win, not the latest use',
    breaks: keeping((known, added) => {
      const same = (a: CallerEntry, b: CallerEntry): boolean =>
        a.version === b.version && a.network === b.network && a.agent === b.agent
      return mergeCallers(
        known.filter((one) => !added.some((other) => same(one, other))),
        added,
      )
    }),
    fails: ['the latest use of a caller'],
  },
  {
    name: 'appends every use',
    breaks: keeping((known, added) => [...added, ...known].slice(0, mostCallers)),
    fails: ['the latest use of a caller', 'the same again'],
  },
  {
    name: 'takes a caller that is not known for one of an empty name',
    breaks: patching(({ network, agent }) => ({ network: network ?? '', agent: agent ?? '' })),
    fails: ['gives back who', 'from every other'],
  },
  {
    name: 'takes a caller that is not known for one called null',
    breaks: patching(({ network, agent }) => ({ network: String(network), agent: String(agent) })),
    fails: ['gives back who', 'from every other'],
  },
  {
    name: 'does not tell upper from lower case in programs',
    breaks: patching(({ agent }) => ({ agent: agent?.toLowerCase() ?? null })),
    fails: ['tells secrets, networks and programs apart'],
  },
  {
    name: 'trims networks',
    breaks: patching(({ network }) => ({ network: network?.trim() ?? null })),
    fails: ['tells secrets, networks and programs apart'],
  },
  {
    name: 'does not know which secret was used',
    breaks: patching(() => ({ version: 1 })),
    fails: ['gives back who', 'tells secrets, networks and programs apart'],
  },
  {
    name: 'keeps one caller too many',
    breaks: keeping((known, added) => {
      const all = [...known, ...added].flatMap((one) => mergeCallers([], [one]))
      const rest = mergeCallers(all, [])
      const more = all.filter((one) => !rest.some((kept) => JSON.stringify(kept) === JSON.stringify(one)))
      return [...rest, ...more.slice(0, 1)]
    }),
    fails: ['the same again', 'callers of a key that were there last'],
  },
  {
    name: 'keeps the callers that came first',
    breaks: keeping((known, added) => (known.length < mostCallers ? mergeCallers(known, added) : known)),
    fails: ['callers of a key that were there last', 'by their names'],
  },
  {
    name: 'cuts what it adds and not what it keeps',
    breaks: keeping((known, added) => mergeCallers([], [...known, ...added].slice(-mostCallers))),
    fails: ['callers of a key that were there last'],
  },
  {
    name: 'keeps among callers of one instant those that came last',
    breaks: keeping((known, added) =>
      [...added, ...known].toSorted((a, b) => b.lastUsedAt - a.lastUsedAt).slice(0, mostCallers),
    ),
    fails: ['by their names'],
  },
  {
    name: 'ignores the workspace',
    breaks: renaming(({ keyId }) => ({ workspaceId: '', keyId })),
    fails: ['for themselves', 'no caller of a key that was not used'],
  },
  {
    name: 'compares ids without their case',
    breaks: renaming(({ workspaceId, keyId }) => ({
      workspaceId: workspaceId.toLowerCase(),
      keyId: keyId.toLowerCase(),
    })),
    fails: ['for themselves'],
  },
  {
    name: 'joins workspace and key with a colon',
    breaks: renaming(({ workspaceId, keyId }) => ({ workspaceId: 'all', keyId: `${workspaceId}:${keyId}` })),
    fails: ['for themselves'],
  },
  {
    name: 'keeps callers in an object by the ids of their keys',
    breaks: () => {
      const keys: Record<string, Record<string, CallerEntry[]>> = {}
      return {
        async addCallers(entries) {
          for (const entry of entries) {
            const ofWorkspace = (keys[entry.workspaceId] ??= {})
            ofWorkspace[entry.keyId] = [...mergeCallers(Object.values(ofWorkspace[entry.keyId] ?? {}), [entry])]
          }
        },
        callers: async ({ workspaceId, keyId }) => keys[workspaceId]?.[keyId] ?? [],
      }
    },
    fails: ['no caller of a key that was not used'],
  },
  {
    name: 'fails at ids that it could not store',
    breaks: (store) => ({
      async callers(key) {
        if (/[\0\p{Surrogate}]/u.test(key.workspaceId + key.keyId)) throw new Error('No such text.')
        return store.callers(key)
      },
    }),
    fails: ['no caller of a key that was not used'],
  },
  {
    name: 'takes no more than 500 entries',
    breaks: adding((entries) => entries.slice(0, 500)),
    fails: ['1 000 entries'],
  },
  {
    name: 'writes an insert without rows',
    breaks: (store) => ({
      async addCallers(entries) {
        if (entries.length === 0) throw new Error('syntax error at or near ";"')
        return store.addCallers(entries)
      },
    }),
    fails: ['without entries'],
  },
  {
    name: 'reads, waits, and writes what it read',
    breaks: () => {
      const keys = new Map<string, readonly CallerEntry[]>()
      const placeOf = ({ workspaceId, keyId }: CallersQuery): string => JSON.stringify([workspaceId, keyId])
      return {
        async addCallers(entries) {
          const before = new Map(keys)
          await nextTurn()
          for (const key of callersByKey(entries)) {
            keys.set(placeOf(key), mergeCallers(before.get(placeOf(key)) ?? [], key.callers))
          }
        },
        callers: async (key) => keys.get(placeOf(key)) ?? [],
      }
    },
    fails: ['of one key that several processes add', 'of keys that are new'],
  },
  {
    name: 'inserts keys that are new without looking whether another did',
    breaks: (store) => {
      const known = new Set<string>()
      return {
        async addCallers(entries) {
          const fresh = entries.filter(({ keyId }) => !known.has(keyId))
          await nextTurn()
          const late = new Set(fresh.filter(({ keyId }) => known.has(keyId)))
          for (const { keyId } of fresh) known.add(keyId)
          await store.addCallers(entries.filter((entry) => !late.has(entry)))
        },
      }
    },
    fails: ['of keys that are new'],
  },
  {
    name: 'keeps the objects that it was given',
    breaks: keeping((known, added) => [...known, ...added]),
    fails: ['keeps copies'],
  },
  {
    name: 'gives the objects that it keeps',
    breaks: keeping((known, added) => mergeCallers(known, added)),
    fails: ['keeps copies'],
  },
  {
    name: 'makes a change of it',
    breaks: (store) => ({
      async addCallers(entries) {
        await store.commit(nudge)
        return store.addCallers(entries)
      },
    }),
    fails: ['moves no head'],
  },
  {
    name: 'writes the last use of callers to their key',
    breaks: (store) => ({
      async addCallers(entries) {
        const [entry] = entries
        if (entry !== undefined) {
          const { workspaceId, keyId, version, lastUsedAt } = entry
          const none = { requests: 0, allowed: 0, denied: {}, clientErrors: 0, serverErrors: 0 }
          const usage = { workspaceId, keyId, version, lastUsedAt, hour: dayOf(lastUsedAt), ...none }
          await store.addUsage({ instanceId: 'callers', sequence: lastUsedAt, entries: [usage] })
        }
        return store.addCallers(entries)
      },
    }),
    fails: ['moves no head'],
  },
  {
    name: 'forgets them when closed',
    harness: (honest) => ({
      reopen: async () => ({ ...(await (honest.reopen as () => Promise<FullStore>)()), callers: async () => [] }),
    }),
    fails: ['opened again'],
  },
  {
    name: 'purges no callers',
    breaks: purgingBy((some) => some),
    fails: ['no other of their key', 'in steps'],
  },
  {
    name: 'purges the callers of a key with the last of them',
    breaks: purgingBy((some, before) => (some.some(({ lastUsedAt }) => lastUsedAt >= dayOf(before)) ? some : [])),
    fails: ['no other of their key', 'in steps'],
  },
  {
    name: 'purges the callers of a key with the first of them',
    breaks: purgingBy((some, before) => (some.some(({ lastUsedAt }) => lastUsedAt < dayOf(before)) ? [] : some)),
    fails: ['no other of their key', 'in steps'],
  },
  {
    name: 'purges within a day',
    breaks: purgingBy((some, before) => some.filter(({ lastUsedAt }) => lastUsedAt >= before)),
    fails: ['no other of their key'],
  },
  {
    name: 'includes the limit',
    breaks: purgingBy((some, before) => some.filter(({ lastUsedAt }) => lastUsedAt > dayOf(before))),
    fails: ['no other of their key', 'in steps'],
  },
]
