import { dayMs, hourMs, type UsageBatch, type UsageEntry, type UsageQuery } from '@claviger/core/store'
import { nextTurn } from '../collect.ts'
import type { Defect, FullStore } from '../honest-store.ts'
import { without } from '../tools.ts'

const adding =
  (mishear: (batch: UsageBatch) => UsageBatch) =>
  (store: FullStore): Partial<FullStore> => ({ addUsage: (batch) => store.addUsage(mishear(batch)) })

const patching = (patch: (entry: UsageEntry) => Partial<UsageEntry>): ((store: FullStore) => Partial<FullStore>) =>
  adding((batch) => ({ ...batch, entries: batch.entries.map((entry) => Object.assign({}, entry, patch(entry))) }))

const asking =
  (mishear: (query: UsageQuery) => UsageQuery) =>
  (store: FullStore): Partial<FullStore> => ({ usage: (query) => store.usage(mishear(query)) })

let numbers = 0

export const usage: readonly Defect[] = [
  {
    name: 'does not count server errors',
    breaks: patching(() => ({ serverErrors: 0 })),
    fails: ['every count of an hour', 'adds up batch by batch'],
  },
  {
    name: 'counts every batch it gets',
    breaks: adding((batch) => ({ ...batch, sequence: ++numbers })),
    fails: ['sent again', 'sent twice', 'leaves out numbers', 'counts on behind it'],
  },
  {
    name: 'compares the number of a batch only with the last one',
    breaks: (store) => {
      let last: number | undefined
      return {
        addUsage: async (batch) => {
          if (batch.sequence === last) return
          last = batch.sequence
          await store.addUsage({ ...batch, sequence: ++numbers })
        },
      }
    },
    fails: ['sent again', 'leaves out numbers'],
  },
  {
    name: 'looks up the number of a batch first and writes it later',
    breaks: (store) => {
      let highest = 0
      return {
        addUsage: async (batch) => {
          if (batch.sequence <= highest) return
          await nextTurn()
          highest = batch.sequence
          await store.addUsage({ ...batch, sequence: ++numbers })
        },
      }
    },
    fails: ['sent twice'],
  },
  {
    name: 'numbers the batches of all instances together',
    breaks: adding((batch) => ({ ...batch, instanceId: 'all' })),
    fails: ['per instance'],
  },
  {
    name: 'keeps one entry per hour and batch',
    breaks: adding((batch) => ({
      ...batch,
      entries: [...new Map(batch.entries.map((entry) => [entry.hour, entry])).values()],
    })),
    fails: ['several entries of one hour', '5 000 entries'],
  },
  {
    name: 'lists hours in order of arrival',
    breaks: (store) => {
      const arrived: number[] = []
      return {
        addUsage: (batch) => {
          arrived.push(...batch.entries.map(({ hour }) => hour))
          return store.addUsage(batch)
        },
        usage: async (query) =>
          (await store.usage(query)).toSorted((a, b) => arrived.indexOf(a.start) - arrived.indexOf(b.start)),
      }
    },
    fails: ['whatever the order of arrival'],
  },
  {
    name: 'counts days in a time zone of its own',
    breaks: patching(({ hour }) => ({ hour: hour + 2 * hourMs })),
    fails: ['either side of midnight', 'includes the first instant'],
  },
  {
    name: 'starts the total at the first use',
    breaks: (store) => ({
      usage: async (query) => {
        const [first] = await store.usage({ ...query, bucket: 'hour' })
        return (await store.usage(query)).map((point) =>
          Object.assign(point, query.bucket === 'total' ? { start: first?.start } : {}),
        )
      },
    }),
    fails: ['where the range does'],
  },
  {
    name: 'includes the end of a range',
    breaks: asking((query) => ({ ...query, to: query.to + 1 })),
    fails: ['includes the first instant'],
  },
  {
    name: 'excludes the start of a range',
    breaks: asking((query) => ({ ...query, from: query.from + 1 })),
    fails: ['includes the first instant'],
  },
  {
    name: 'gives buckets without a request',
    breaks: patching(({ requests }) => ({ requests: Math.max(requests, 1) })),
    fails: ['without a request'],
  },
  {
    name: 'orders versions as texts',
    breaks: (store) => ({
      usage: async (query) =>
        (await store.usage(query)).toSorted(
          (a, b) => a.start - b.start || String(a.version).localeCompare(String(b.version)),
        ),
    }),
    fails: ['in order of start and version'],
  },
  {
    name: 'does not group',
    breaks: asking((query) => without(query, 'groupBy')),
    fails: ['in order of start and version', 'cuts through days'],
  },
  {
    name: 'answers by the day where hours were asked for',
    breaks: asking((query) => ({ ...query, from: Math.floor(query.from / dayMs) * dayMs })),
    fails: ['cuts through days'],
  },
  { name: 'gives the counts of every key', breaks: asking((query) => without(query, 'keyId')), fails: ['of one key'] },
  {
    name: 'counts in doubles',
    breaks: (store) => ({
      usage: async (query) =>
        (await store.usage(query)).map((point) =>
          Object.assign(point, { requests: point.requests + (point.requests === Number.MAX_SAFE_INTEGER ? 1 : 0) }),
        ),
    }),
    fails: ['sums exact'],
  },
  {
    name: 'forgets the batch numbers when closed',
    harness: (honest) => ({
      reopen: async () => {
        const reopened = await (honest.reopen as () => Promise<FullStore>)()
        return { ...reopened, addUsage: (batch) => reopened.addUsage({ ...batch, sequence: batch.sequence + dayMs }) }
      },
    }),
    fails: ['opened again'],
  },
]
