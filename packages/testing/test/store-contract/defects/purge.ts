import { dayMs, type PurgeLimits } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { reading } from '../tools.ts'

const limiting =
  (mishear: (limits: PurgeLimits) => PurgeLimits) =>
  (store: FullStore): Partial<FullStore> => ({ purge: (limits) => store.purge(mishear(limits)) })

const everyLimit = [
  'revokedKeysBefore',
  'expiredKeysBefore',
  'deletedServiceAccountsBefore',
  'activityBefore',
  'usageBefore',
  'idempotencyBefore',
] as const

/** Purges more than it was told to. */
const greedy = (limits: PurgeLimits): PurgeLimits =>
  Object.fromEntries(everyLimit.map((name) => [name, limits[name] ?? Number.MAX_SAFE_INTEGER]))

export const purging: readonly Defect[] = [
  {
    name: 'removes nothing',
    breaks: () => ({ purge: async () => 'done' as const }),
    fails: [
      'revoked before',
      'that expired before',
      'leaves nothing behind',
      'deleted before',
      'activity older',
      'hours of usage',
      'every sum it is in',
      'keeps a whole UTC day',
      'in steps',
      'idempotency rows older',
      'nothing else when only',
    ],
  },
  {
    name: 'includes the limit',
    breaks: limiting((limits) =>
      Object.fromEntries(Object.entries(limits).map(([name, at]) => [name, at + (name === 'usageBefore' ? dayMs : 1)])),
    ),
    fails: [
      'revoked before',
      'that expired before',
      'deleted before',
      'activity older',
      'hours of usage',
      'idempotency rows older',
    ],
  },
  {
    name: 'purges all kinds of rows when told to purge one',
    breaks: limiting(greedy),
    fails: ['no limit is given', 'nothing else when only'],
  },
  {
    name: 'keeps finding a purged key',
    breaks: (store) => {
      const seen = new Map<string, never>()
      const { find = store.find } = reading(store, (record) => {
        seen.set(record.id, record as never)
        return record
      })
      return {
        find: async (ids) => new Map([...seen, ...(await find(ids))]),
        commit: async (change) => {
          for (const { type, record } of change.writes) if (type === 'key') seen.set(record.id, record as never)
          const result = await store.commit(change)
          return result.ok || result.current !== null ? result : { ...result, current: [...seen.values()][0] ?? null }
        },
      }
    },
    fails: ['revoked before', 'that expired before', 'leaves nothing behind'],
  },
  {
    name: 'keeps sums of hours that it removed',
    breaks: (store) => {
      let before = 0
      return {
        purge: (limits) => {
          before = limits.usageBefore ?? 0
          return store.purge({ ...limits, usageBefore: 0 })
        },
        usage: (query) =>
          store.usage(query.bucket === 'hour' ? { ...query, from: Math.max(query.from, before) } : query),
      }
    },
    fails: ['every sum it is in'],
  },
  {
    name: 'removes hours of a day whose sum it keeps',
    breaks: (store) => {
      let before = 0
      return {
        purge: (limits) => {
          before = limits.usageBefore ?? 0
          return store.purge(limits)
        },
        usage: (query) =>
          store.usage(query.bucket === 'hour' ? { ...query, from: Math.max(query.from, before) } : query),
      }
    },
    fails: ['keeps a whole UTC day'],
  },
  {
    name: 'asks to be called again forever',
    breaks: (store) => ({
      purge: async (limits) => {
        await store.purge(limits)
        return 'more' as const
      },
    }),
    fails: ['in steps'],
  },
  {
    name: 'forgets the batch numbers with the usage',
    breaks: (store) => {
      let purges = 0
      return {
        purge: async (limits) => {
          purges += 1
          return store.purge(limits)
        },
        addUsage: (batch) => store.addUsage({ ...batch, sequence: batch.sequence + purges * 1_000 }),
      }
    },
    fails: ['that was added before'],
  },
]
