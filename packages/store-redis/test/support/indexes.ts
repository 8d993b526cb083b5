import type { KeyRecord } from '@claviger/core/store'
import { keyEntries } from '../../src/indexes/entries.ts'
import type { RedisCommands } from '../../src/index.ts'
import { keyNames } from '../../src/names.ts'
import { namesIn } from './fixtures.ts'

/** Every member of every sorted set, with its score. */
type Indexes = ReadonlyMap<string, number>

/** What the sorted sets of a namespace have to hold for these keys, and nothing else. */
export function indexesFor(namespace: string, records: Iterable<KeyRecord>): Indexes {
  const entries = [...records].flatMap((record) => keyEntries(keyNames(namespace), record))
  return new Map(entries.map(({ set, member, score }) => [`${set} ${member}`, score]))
}

/** The same without the index of last uses, in which no use moves a key: it stands where it was written last. */
export function withoutLastUses(namespace: string, indexes: Indexes): Indexes {
  const { unused } = keyNames(namespace).reminders
  return new Map([...indexes].filter(([place]) => !place.startsWith(`${unused} `)))
}

/** What the sorted sets of a namespace do hold. Only tests may look so. */
export async function indexesIn(client: RedisCommands, namespace: string): Promise<Indexes> {
  const found = new Map<string, number>()
  for (const name of await namesIn(client, namespace)) {
    if (name.includes(':usage:') || (await client.call('TYPE', name)) !== 'zset') continue
    const members = (await client.call('ZRANGE', name, 0, -1)) as string[]
    for (const member of members) found.set(`${name} ${member}`, Number(await client.call('ZSCORE', name, member)))
  }
  return found
}
