import { ValidationError } from '../../errors/errors.ts'
import { isClavigerError } from '../../verification/any-error.ts'
import type { ImportResult } from './import.types.ts'
import type { CheckedEntry } from './parse-entry.ts'

/** An entry that can be imported, and its place in the list. */
export interface ListedEntry {
  readonly index: number
  readonly entry: CheckedEntry
}

/** A list, looked at entry by entry. */
export interface CheckedList {
  readonly entries: readonly ListedEntry[]
  /** Of those that cannot be imported. */
  readonly results: readonly ImportResult[]
}

const maxEntries = 1_000
const maxBytes = 1_048_576

/**
 * Checks a list: each entry by itself, so that a wrong one keeps no other from being imported.
 *
 * @param parse throws for a wrong entry
 * @throws {ValidationError} for what is no list, or a list that is too long
 */
export function checkList(list: unknown, parse: (entry: unknown) => CheckedEntry): CheckedList {
  if (!Array.isArray(list) || list.length > maxEntries) {
    throw new ValidationError('list', `Expected a list of at most ${maxEntries} keys. Import more in several calls.`)
  }
  const entries: ListedEntry[] = []
  const results: ImportResult[] = []
  const firsts = new Map<string, number>()
  let bytes = 0
  // Array.from visits holes too: a sparse list must not slip through.
  for (const [index, given] of Array.from(list as readonly unknown[]).entries()) {
    try {
      const entry = parse(given)
      bytes += bytesOf(entry)
      if (bytes > maxBytes) throw tooHeavy()
      const first = firsts.get(entry.id)
      if (first === undefined) {
        firsts.set(entry.id, index)
        entries.push({ index, entry })
      } else results.push({ index, ok: false, outcome: 'duplicate', id: entry.id, first })
    } catch (error) {
      if (!isClavigerError(error) || bytes > maxBytes) throw error
      results.push({ index, ok: false, outcome: 'refused', error })
    }
  }
  return { entries, results }
}

function bytesOf({ digest: _, ...entry }: CheckedEntry): number {
  return Buffer.byteLength(JSON.stringify(entry))
}

function tooHeavy(): ValidationError {
  return new ValidationError('list', `The list takes more than ${maxBytes} bytes. Import it in several calls.`)
}
