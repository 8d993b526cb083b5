import { monotonicMs, soon } from '../runtime/timers.ts'

const turnMs = 5

/**
 * Maps a list, and lets others take their turn whenever it has taken five milliseconds: a page of the longest records
 * takes long to read, and requests wait meanwhile. For stores.
 */
export async function mapInTurns<Item, Mapped>(items: readonly Item[], map: (item: Item) => Mapped): Promise<Mapped[]> {
  const mapped: Mapped[] = []
  let startedAt = monotonicMs()
  for (const item of items) {
    mapped.push(map(item))
    if (monotonicMs() - startedAt < turnMs || mapped.length === items.length) continue
    await new Promise<void>(soon)
    startedAt = monotonicMs()
  }
  return mapped
}
