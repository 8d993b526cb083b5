import type { ListKeysInput } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { type Look, lookFor } from './look.ts'
import type { Sought } from './sought.ts'

/**
 * Looks for keys whose ids begin as a text does, among a bounded number of keys of its environment. Where none does, the
 * case of letters does not count: people read beginnings aloud, and type them.
 */
export async function readBeginning(
  visit: Visit,
  { q, beginningIn }: Sought,
  input: ListKeysInput,
  most: number,
): Promise<Look> {
  const asked = { ...input, ...(beginningIn !== undefined && { environment: beginningIn }) }
  const exact = await lookFor(visit, asked, ({ id }) => id.startsWith(q), most)
  if (exact.items.length > 0) return exact
  const wanted = q.toLowerCase()
  return lookFor(visit, asked, ({ id }) => id.toLowerCase().startsWith(wanted), most)
}
