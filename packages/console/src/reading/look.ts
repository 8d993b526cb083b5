import type { ListKeysInput, ManagedKey } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'

/** What a look found, and where it ended. */
export interface Look {
  readonly items: readonly ManagedKey[]
  readonly nextCursor: string | null
  /** How many keys were looked at. */
  readonly lookedAt: number
}

// What no store has an index for is looked for among so many keys, newest first: a page never reads a workspace.
const mostCalls = 4
const perCall = 100

/** Reads the keys that fit, among a bounded number of those that an input asks for. */
export async function lookFor(
  { keys }: Visit,
  { search: _search, limit: _limit, ...input }: ListKeysInput,
  fits: (key: ManagedKey) => boolean,
  most: number,
): Promise<Look> {
  const found: ManagedKey[] = []
  let { cursor } = input
  let lookedAt = 0
  for (let call = 0; call < mostCalls; call += 1) {
    const { items, nextCursor } = await keys.list({ ...input, cursor, limit: perCall })
    const fitting = items.filter(fits)
    const last = fitting[most - found.length - 1]
    if (last !== undefined && fitting.length > most - found.length) {
      // More than fit: the next look goes on behind the last one that is shown.
      const count = items.indexOf(last) + 1
      const upToLast = await keys.list({ ...input, cursor, limit: count })
      found.push(...fitting.slice(0, most - found.length))
      return { items: found, nextCursor: upToLast.nextCursor, lookedAt: lookedAt + count }
    }
    lookedAt += items.length
    found.push(...fitting)
    if (nextCursor === null || found.length >= most) return { items: found, nextCursor, lookedAt }
    cursor = nextCursor
  }
  return { items: found, nextCursor: cursor ?? null, lookedAt }
}
