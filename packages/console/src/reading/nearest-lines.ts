import type { Visit } from '../visit/visit.types.ts'
import { type LogFilters, logInput } from './log-filters.ts'
import type { Period } from './periods.ts'

const wider: readonly (Period | undefined)[] = ['7d', '30d', '90d', undefined]

/** A wider time in which there are lines; undefined for none. `any` is all of it. */
export async function nearestLines(visit: Visit, filters: LogFilters): Promise<Period | 'any' | undefined> {
  if (filters.when === undefined) return undefined
  for (const when of wider) {
    if (when === filters.when) continue
    const asked = { ...filters, when, from: undefined, to: undefined, cursor: undefined }
    const { items } = await visit.keys.activity({ ...logInput(visit, asked), limit: 1 })
    if (items.length > 0) return when ?? 'any'
  }
  return undefined
}
