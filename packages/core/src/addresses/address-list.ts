import { type AddressRange, contains, parentOf, parseRange, rangeText } from './range.ts'

/*
 * Lists of addresses and ranges, as records keep them: normalised, sorted, each once. An empty list allows any address.
 */

/** How many entries a key may have. */
export const maxAddresses = 50

/** Allows no client: nothing comes from the unspecified address. */
const nowhere: readonly string[] = ['::']

/** Whether a text is an entry as records keep it. */
export function isNormalRange(value: unknown): value is string {
  const range = parseRange(value)
  return range !== undefined && rangeText(range) === value
}

/** Whether a list allows an address that another one does not. Pure. */
export function isWider(wanted: readonly string[], held: readonly string[]): boolean {
  if (held.length === 0) return false
  if (wanted.length === 0) return true
  const merged = mergedRanges(held)
  return rangesOf(wanted).some((range) => !merged.some((other) => contains(other, range)))
}

/** What both lists allow: as a list that is not empty, unless both are. Pure. */
export function narrowedAddresses(held: readonly string[], wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0 || !isWider(held, wanted)) return held
  if (!isWider(wanted, held)) return wanted
  const [byHeld, byWanted] = [mergedRanges(held), mergedRanges(wanted)]
  const within = (ranges: readonly AddressRange[], list: readonly AddressRange[]): readonly AddressRange[] =>
    ranges.filter((range) => list.some((other) => contains(other, range)))
  const both = [...within(byHeld, byWanted), ...within(byWanted, byHeld)].map(rangeText)
  return both.length === 0 ? nowhere : [...new Set(both)].sort()
}

/** The fewest ranges for the same addresses: halves of one range are that range. */
function mergedRanges(list: readonly string[]): readonly AddressRange[] {
  const ranges = new Map(rangesOf(list).map((range) => [rangeText(range), range]))
  for (const range of ranges.values()) {
    const parent = parentOf(range)
    const halves = parent === undefined ? [] : [...ranges.values()].filter((other) => isHalf(other, parent))
    // Visited later by this very loop.
    if (parent !== undefined && halves.length === 2) ranges.set(rangeText(parent), parent)
  }
  const all = [...ranges.values()]
  return all.filter((range) => !all.some((other) => other !== range && contains(other, range)))
}

function isHalf(range: AddressRange, parent: AddressRange): boolean {
  return range.prefix === parent.prefix + 1 && contains(parent, range)
}

function rangesOf(list: readonly string[]): readonly AddressRange[] {
  return list.flatMap((text) => parseRange(text) ?? [])
}
