import type { KeyCaller } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { attempt } from './attempt.ts'

/** Who used a key; undefined where that is not kept, or not for this visitor. */
export type CallersFound = readonly KeyCaller[] | 'unavailable' | undefined

/** Reads who used a key, the latest first. A failure concerns a part of a page. */
export async function readCallers(visit: Visit, id: string): Promise<CallersFound> {
  if (!visit.can.viewUsage || !visit.settings.keyring.guarantees().callers) return undefined
  const found = await attempt(visit, 'callers', () => visit.keys.callers(id))
  return found === 'notSupported' ? undefined : found
}

/** The callers that were found; none where there was nothing to read. */
export function known(found: CallersFound): readonly KeyCaller[] {
  return typeof found === 'object' ? found : []
}
