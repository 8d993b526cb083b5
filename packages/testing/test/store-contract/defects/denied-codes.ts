import type { UsageBatch, UsageCounts } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'

/** A store that mishears the codes of denials. */
const hearing =
  (heard: (code: string) => string) =>
  (store: FullStore): Partial<FullStore> => {
    const told = ({ denied }: UsageCounts): UsageCounts['denied'] =>
      Object.fromEntries(Object.entries(denied).map(([code, count]) => [heard(code), count]))
    const misheard = (batch: UsageBatch): UsageBatch => ({
      ...batch,
      entries: batch.entries.map((entry) => ({ ...entry, denied: told(entry) })),
    })
    return { addUsage: (batch) => store.addUsage(misheard(batch)) }
  }

export const deniedCodes: readonly Defect[] = [
  {
    name: 'keeps the first word of a code',
    breaks: hearing((code) => code.split(' ', 1)[0] ?? ''),
    fails: ['begin alike'],
  },
  { name: 'keeps 64 characters of a code', breaks: hearing((code) => code.slice(0, 64)), fails: ['begin alike'] },
]
