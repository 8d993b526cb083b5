import type { Visit } from '../visit/visit.types.ts'
import { soughtIn } from './sought.ts'

/** The one key that a text means by its id, its hint, its ending or its name; undefined for none, and for several. */
export async function meantKey({ keys, settings }: Visit, text: string): Promise<string | undefined> {
  const { q } = soughtIn(text, settings.keyring)
  if (q === '') return undefined
  const { items, nextCursor } = await keys.list({ search: q, limit: 10 })
  const named = items.filter(({ id, name }) => id === q || name === q)
  const found = named.length > 0 || nextCursor !== null ? named : items
  return found.length === 1 ? found[0]?.id : undefined
}
