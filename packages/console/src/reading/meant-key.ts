import type { Visit } from '../visit/visit.types.ts'
import { readBeginning } from './beginning.ts'
import { soughtIn } from './sought.ts'

/** The one key that a text means by its id, its hint, its ending or its name; undefined for none, and for several. */
export async function meantKey(visit: Visit, text: string): Promise<string | undefined> {
  const { keys, settings } = visit
  const sought = soughtIn(text, settings.keyring)
  const { q, beginningIn } = sought
  if (q === '') return undefined
  if (beginningIn !== undefined) {
    const begun = await readBeginning(visit, sought, { ended: true }, 2)
    return begun.items.length === 1 ? begun.items[0]?.id : undefined
  }
  const { items, nextCursor } = await keys.list({ search: q, limit: 10 })
  const named = items.filter(({ id, name }) => id === q || name === q)
  const found = named.length > 0 || nextCursor !== null ? named : items
  return found.length === 1 ? found[0]?.id : undefined
}
