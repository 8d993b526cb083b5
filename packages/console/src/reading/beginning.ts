import type { ListKeysInput, ManagedKey } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import type { Sought } from './sought.ts'

/** Some keys, and where to go on. */
interface Found {
  readonly items: readonly ManagedKey[]
  readonly nextCursor: string | null
}

// No store has an index for the beginning of an id: one page looks at so many keys.
const mostCalls = 4
const perCall = 100

/** Reads the keys whose ids begin as a text does, among a bounded number of keys of its environment. */
export async function readBeginning(
  { keys }: Visit,
  { q, beginningIn }: Sought,
  input: ListKeysInput,
  most: number,
): Promise<Found> {
  const { search: _search, ...others } = input
  let { cursor } = input
  const found: ManagedKey[] = []
  for (let call = 0; call < mostCalls; call += 1) {
    const { items, nextCursor } = await keys.list({
      ...others,
      ...(beginningIn !== undefined && { environment: beginningIn }),
      cursor,
      limit: perCall,
    })
    found.push(...items.filter(({ id }) => id.startsWith(q)))
    if (nextCursor === null || found.length >= most) return { items: found, nextCursor }
    cursor = nextCursor
  }
  return { items: found, nextCursor: cursor ?? null }
}
