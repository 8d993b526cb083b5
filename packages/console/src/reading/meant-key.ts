import type { ManagedKey } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { readBeginning } from './beginning.ts'
import { filtersFrom } from './filters.ts'
import { readKeyPage } from './key-page.ts'
import { soughtIn } from './sought.ts'

// One page of them is enough to know that there are too many.
const mostMeant = 25

/**
 * The keys that a text may mean, by their ids, hints, endings or names: one where it is clear, a few to choose from, or
 * none.
 */
export async function meantKeys(visit: Visit, text: string): Promise<readonly ManagedKey[]> {
  const { settings } = visit
  const sought = soughtIn(text, settings.keyring)
  if (sought.q === '') return []
  if (sought.beginningIn !== undefined) {
    const { items } = await readBeginning(visit, sought, { ended: true }, mostMeant)
    return items
  }
  const filters = filtersFrom(new URLSearchParams({ q: text }), settings.keyring.environments)
  const { keys } = await readKeyPage(visit, filters)
  const exact = keys.filter(({ id, name, hint }) => [id, name, hint.slice(-4)].includes(sought.q))
  return exact.length > 0 ? exact : keys
}

/** The one key that a text means; undefined for none, and for several. */
export async function meantKey(visit: Visit, text: string): Promise<ManagedKey | undefined> {
  const meant = await meantKeys(visit, text)
  return meant.length === 1 ? meant[0] : undefined
}
