import type { Owner } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { folded } from './fits.ts'
import { type Names, readNames } from './names.ts'

/** An owner of keys, by name. */
export interface NamedOwner {
  readonly id: string
  readonly name: string
}

const mostNamed = 6

/** The owners whose names have a text in them, whatever the case of its letters. Pure. */
export function ownersNamed(owners: readonly Owner[], names: Names, text: string): readonly NamedOwner[] {
  const wanted = folded(text.trim())
  if (wanted.length < 2) return []
  const named = owners.map((owner) => ({ id: owner.id, name: names.of(owner).name }))
  return named.filter(({ id, name }) => name !== id && folded(name).includes(wanted)).slice(0, mostNamed)
}

/** The same, among the owners of the newest keys. */
export async function findOwnersNamed(visit: Visit, text: string): Promise<readonly NamedOwner[]> {
  if (!visit.can.list) return []
  const { items } = await visit.keys.list({ limit: 100 })
  const owners = [...new Map(items.map(({ owner }) => [`${owner.type} ${owner.id}`, owner])).values()]
  return ownersNamed(owners, await readNames(visit, owners), text)
}
