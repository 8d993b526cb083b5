import { ValidationError } from '../errors/errors.ts'

/** An id of 255 characters, all of them escaped, fits. */
const maxCursorLength = 2_200

/** A place in a listing: the sort value and the id of the last item given out. */
export interface CursorPosition {
  readonly at: number
  readonly id: string
}

/** Writes a position as an opaque, URL-safe text. */
export function encodeCursor(position: CursorPosition): string {
  return Buffer.from(JSON.stringify([position.at, position.id])).toString('base64url')
}

/**
 * Reads a position back.
 *
 * @throws {ValidationError} for text that `encodeCursor` did not write
 */
export function decodeCursor(cursor: unknown): CursorPosition {
  const position: unknown = typeof cursor === 'string' ? parse(cursor) : undefined
  if (Array.isArray(position) && position.length === 2) {
    const [at, id] = position as readonly unknown[]
    if (Number.isSafeInteger(at) && typeof id === 'string' && isId(id)) {
      const read = { at: at as number, id }
      if (encodeCursor(read) === cursor) return read
    }
  }
  throw new ValidationError('cursor', 'The cursor is not one this listing gave out. Start again without a cursor.')
}

/**
 * Checks how many items a page may hold.
 *
 * @throws {ValidationError} unless it is an integer from 1 to 100
 */
export function requireLimit(limit: unknown): asserts limit is number {
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= 100) return
  throw new ValidationError('limit', 'Expected limit to be an integer from 1 to 100.')
}

// What some database cannot even be asked for is no id of any listing.
function isId(id: string): boolean {
  return id.length <= 255 && !/[\0\p{Surrogate}]/u.test(id)
}

function parse(cursor: string): unknown {
  try {
    return cursor.length > maxCursorLength ? undefined : JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
