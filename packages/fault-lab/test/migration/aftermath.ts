import { expect } from 'vitest'
import { eventually } from '../eventually.ts'
import type { RemoteKeyring } from '../remote-keyring.ts'
import { inLanes, type Population } from './population.ts'

/** A process has what was written before and after, and nothing else: keys, their names and tokens, every line of the log. */
export async function expectAll(process: RemoteKeyring, population: Population): Promise<void> {
  const { keys } = population
  await inLanes(keys.length, async (index) => {
    const known = keys[index]
    if (known === undefined) return
    const { name, revokedAt } = await process.keys.get(known.id)
    expect({ id: known.id, name, isRevoked: revokedAt !== null }).toEqual({
      id: known.id,
      name: known.name,
      isRevoked: known.isRevoked,
    })
    await eventually(async () => {
      for (const token of known.tokens) {
        expect([known.id, await process.get(token)]).toEqual([known.id, known.isRevoked ? 401 : 204])
      }
    })
  })
  const listed = await everything((cursor) => process.keys.list({ limit: 100, ...cursor }))
  expect(listed.map(({ id }) => id).sort()).toEqual(keys.map(({ id }) => id).sort())
  const lines = await everything((cursor) => process.keys.activity({ limit: 100, ...cursor }))
  const counts = new Map<string, number>()
  for (const { action } of lines) counts.set(action, (counts.get(action) ?? 0) + 1)
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(population.lines))
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

async function everything<Item>(
  read: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<Item> = await read(cursor === undefined ? {} : { cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}
