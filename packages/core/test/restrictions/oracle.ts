import fc from 'fast-check'
import type { Selection } from '../../src/restrictions/selection.ts'

/*
 * What selections mean, by enumeration. Of each type one id is never named, and one type is never named either: they
 * stand for all that no one has thought of yet.
 */

/** The ids of each type that can be named: some differ only a little. */
const namedIds: Readonly<Record<string, readonly string[]>> = {
  project: ['p1', 'P1', 'p1 ', '__proto__'],
  dataset: ['d1', 'constructor'],
}

/** A resource. */
export type Resource = readonly [type: string, id: string]

/** Every resource there could be. */
export const everyResource: readonly Resource[] = [
  ...Object.entries(namedIds).flatMap(([type, ids]) => [...ids, 'unheard-of'].map((id): Resource => [type, id])),
  ['space', 'unheard-of'],
]

/** Whether a selection means this resource, read off the definition. */
export function means(selection: Selection, [type, id]: Resource): boolean {
  const ids = new Map(Object.entries(selection)).get(type)
  return ids === undefined || ids.some((each) => each === id)
}

/** The resources that a selection means. */
export function meant(selection: Selection): readonly Resource[] {
  return everyResource.filter((resource) => means(selection, resource))
}

const idsOfType = (type: string, minLength: number): fc.Arbitrary<readonly string[]> =>
  fc.subarray([...(namedIds[type] ?? [])], { minLength })

/** A selection, as someone may hold it: of some types some ids, or none. */
export const selection: fc.Arbitrary<Selection> = selectionOf(0)

/** A selection, as a key may be given it: an empty list is refused. */
export const grantable: fc.Arbitrary<Selection> = selectionOf(1)

function selectionOf(minLength: number): fc.Arbitrary<Selection> {
  return fc.record(
    { project: idsOfType('project', minLength), dataset: idsOfType('dataset', minLength) },
    { requiredKeys: [] },
  )
}
