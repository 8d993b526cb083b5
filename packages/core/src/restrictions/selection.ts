/*
 * A selection says which resources are meant, by type: ids for the types it names, and all of every other type. So the
 * one without a type is everything, and an empty list of ids is none of that type. Ids are compared exactly.
 */

/** Ids by type of resource. A type that is absent: all. */
export type Selection = Readonly<Record<string, readonly string[]>>

/** What of a selection another one does not have, by type: some ids, or that it has not all of them. */
export type Excess = Readonly<Record<string, 'all' | readonly string[]>>

/** All resources of every type. One object for all who are not limited. */
export const everything: Selection = Object.freeze({})

const nothingBeyond: Excess = Object.freeze({})

// Lists that are longer are sorted: `selected` made them.
const maxUnsorted = 100

/** The ids of a type; undefined for all. */
export function idsOf(selection: Selection, type: string): readonly string[] | undefined {
  return Object.hasOwn(selection, type) ? selection[type] : undefined
}

/** Whether a selection has this resource. */
export function reaches(selection: Selection, type: string, id: string): boolean {
  const ids = idsOf(selection, type)
  return ids === undefined || isIn(ids, id)
}

/** What both have. The one that the other changes nothing of is returned as it is. */
export function meet(a: Selection, b: Selection): Selection {
  if (isEverything(b)) return a
  if (isEverything(a)) return b
  return selected([...Object.keys(a), ...Object.keys(b)], (type) => {
    const [inA, inB] = [idsOf(a, type), idsOf(b, type)]
    if (inA === undefined || inB === undefined) return inA ?? inB ?? []
    return inA.filter((id) => isIn(inB, id))
  })
}

/** What the first has and the second has not; without a type when there is nothing. */
export function beyond(wanted: Selection, held: Selection): Excess {
  const types = Object.keys(held)
  if (types.length === 0) return nothingBeyond
  const excess = types.flatMap((type): [string, 'all' | readonly string[]][] => {
    const [ids, own] = [idsOf(wanted, type), idsOf(held, type) ?? []]
    if (ids === undefined) return [[type, 'all']]
    const more = ids.filter((id) => !isIn(own, id))
    return more.length === 0 ? [] : [[type, more]]
  })
  return excess.length === 0 ? nothingBeyond : Object.fromEntries(excess)
}

/** Whether the second has all that the first has. */
export function isWithin(wanted: Selection, held: Selection): boolean {
  return !isExcess(beyond(wanted, held))
}

/** Whether there is any. */
export function isExcess(excess: Excess): boolean {
  return Object.keys(excess).length > 0
}

/** Whether both have the same. */
export function isSameSelection(a: Selection, b: Selection): boolean {
  return a === b || (isWithin(a, b) && isWithin(b, a))
}

/** Whether a selection leaves nothing out. */
export function isEverything(selection: Selection): boolean {
  return selection === everything || Object.keys(selection).length === 0
}

/** What is left of a selection when only a wanted one stays. The very one, where that is all of it. */
export function narrowedSelection(held: Selection, wanted: Selection): Selection {
  return isWithin(held, wanted) ? held : meet(held, wanted)
}

/** The types of a selection that are not among the declared ones. */
export function undeclaredTypes(selection: Selection, declared: readonly string[]): readonly string[] {
  return Object.keys(selection).filter((type) => !declared.includes(type))
}

/** A selection in the one form that all its spellings have: types and ids in order, without duplicates, frozen. */
export function selected(types: readonly string[], idsOfType: (type: string) => readonly string[]): Selection {
  const entries = inOrder(types).map((type) => [type, Object.freeze(inOrder(idsOfType(type)))] as const)
  return entries.length === 0 ? everything : Object.freeze(Object.fromEntries(entries))
}

function inOrder(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}

/** By halves in a long list: an owner may have thousands. */
function isIn(ids: readonly string[], id: string): boolean {
  if (ids.length <= maxUnsorted) return ids.includes(id)
  let [low, high] = [0, ids.length - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = ids[middle] as string
    if (found === id) return true
    if (found < id) low = middle + 1
    else high = middle - 1
  }
  return false
}
