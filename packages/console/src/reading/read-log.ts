import type { ActivityEntry } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { filtersSet, isKeyId, type LogFilters, logInput } from './log-filters.ts'
import { readRenamed } from './renamed.ts'

/** A page of the log. */
export interface LogPage {
  readonly items: readonly ActivityEntry[]
  readonly nextCursor: string | null
  /** How many changes were looked at for names that keys had before; null where no such name was looked for. */
  readonly renamed: number | null
}

// Marks the cursors of a look for old names, which are not those of the log before it.
const lookMark = 'look:'

/** Reads what the filters ask for. A text that is the ID of no key is looked for among the names that keys had. */
export async function readLog(visit: Visit, filters: LogFilters): Promise<LogPage> {
  const { key, action, cursor } = filters
  const isLook = cursor?.startsWith(lookMark) === true
  if (key === undefined || (isKeyId(key) && !isLook)) {
    const { items, nextCursor } = await visit.keys.activity(logInput(visit, filters))
    // Every key has a first line. Where the log has none at all, it is the name of one that looks like an ID.
    const isNoId = key !== undefined && items.length === 0 && nextCursor === null && filtersSet(filters) === 1
    if (!isNoId) return { items, nextCursor, renamed: null }
  }
  if (action !== undefined && action !== 'key.updated') return { items: [], nextCursor: null, renamed: null }
  // As a name: not the ID of a key.
  const named = { ...filters, key: undefined, cursor: isLook ? cursor.slice(lookMark.length) : undefined }
  const { items, nextCursor, lookedAt } = await readRenamed(visit, logInput(visit, named), key)
  return { items, nextCursor: nextCursor === null ? null : lookMark + nextCursor, renamed: lookedAt }
}
