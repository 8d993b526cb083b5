import type { ActivityEntry, ActivityInput } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { folded } from './fits.ts'

/** Lines of the log that say how keys were called before. */
export interface Renamed {
  readonly items: readonly ActivityEntry[]
  readonly nextCursor: string | null
  /** How many changes of keys were looked at. */
  readonly lookedAt: number
}

// No store has an index for what was: it is looked for among so many changes, newest first.
const mostCalls = 4
const perCall = 100

/** Reads the changes that took a name with a text in it from a key, among a bounded number of changes. */
export async function readRenamed({ keys }: Visit, input: ActivityInput, text: string): Promise<Renamed> {
  const wanted = folded(text)
  const items: ActivityEntry[] = []
  let { cursor } = input
  let lookedAt = 0
  for (let call = 0; call < mostCalls; call += 1) {
    const page = await keys.activity({ ...input, cursor, action: 'key.updated', limit: perCall })
    items.push(...page.items.filter(({ before }) => folded(nameIn(before)).includes(wanted)))
    lookedAt += page.items.length
    if (page.nextCursor === null || items.length >= perCall) return { items, nextCursor: page.nextCursor, lookedAt }
    cursor = page.nextCursor
  }
  return { items, nextCursor: cursor ?? null, lookedAt }
}

function nameIn(facts: ActivityEntry['before']): string {
  return typeof facts?.name === 'string' ? facts.name : ''
}
