import { isClavigerError, type KeyUsage } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { attempt } from './attempt.ts'

/** Usage of a key, or why there is none to show. */
export type UsageFound = KeyUsage | 'notCounted' | 'unavailable'

/** Reads how each key on a page was used in the last 30 days. A failure concerns one cell, not the page. */
export async function usageOfKeys(visit: Visit, ids: readonly string[]): Promise<ReadonlyMap<string, UsageFound>> {
  if (!visit.can.viewUsage) return new Map()
  const found = await Promise.all(ids.map(async (id) => [id, await usageOf(visit, id)] as const))
  return new Map(found)
}

async function usageOf(visit: Visit, id: string): Promise<UsageFound> {
  try {
    return await visit.keys.usage(id)
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_NOT_SUPPORTED') return 'notCounted'
    visit.settings.onError(error, 'usage', visit.requestId)
    return 'unavailable'
  }
}

/** Reads how many requests of a key were allowed in the last 24 hours; undefined where that is not known. */
export async function allowedOfLastDay(visit: Visit, id: string): Promise<number | undefined> {
  if (!visit.can.viewUsage) return undefined
  const usage = await attempt(visit, 'usage', () => visit.keys.usage(id, { bucket: 'hour' }))
  return typeof usage === 'object' ? usage.totals.allowed : undefined
}
