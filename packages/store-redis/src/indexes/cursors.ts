import { type CursorPosition, textAfter } from '@claviger/core/store'
import { escaped, unescaped } from '../names.ts'

// Members of a sorted set that share one score are ordered by their bytes. A cursor is written so that this order is the
// order of listings: newest first, ties by id. Then a page is one range, and a cursor needs no stored row to stand on.
const latest = 8.64e15
const width = String(latest).length

/** Writes a position in a listing: 16 digits that fall as `at` rises, and the id. */
export function cursorOf({ at, id }: CursorPosition): string {
  return `${digits(at)}${escaped(id)}`
}

/** The id in a cursor. */
export function idOfCursor(cursor: string): string {
  return unescaped(cursor.slice(width))
}

/** The position a cursor was written from. */
export function positionOfCursor(cursor: string): CursorPosition {
  return { at: latest - Number(cursor.slice(0, width)), id: idOfCursor(cursor) }
}

// Between a text and a cursor, and between a cursor and what belongs to it, stands what neither contains: `escaped` leaves
// no control character.
const separator = '\u0000'
const behindSeparator = '\u0001'

/** A member that is found by a text. Members are in the order of their texts. */
export function textMember(text: string, cursor: string): string {
  return `${escaped(text)}${separator}${cursor}`
}

/** The cursor in a `textMember`. */
export function cursorInText(member: string): string {
  return member.slice(member.indexOf(separator) + 1)
}

/** The text in a `textMember`. */
export function textInMember(member: string): string {
  return unescaped(member.slice(0, member.indexOf(separator)))
}

/** The range of members with exactly this text. */
export function withText(text: string): { readonly min: string; readonly max: string } {
  return { min: `[${escaped(text)}${separator}`, max: `(${escaped(text)}${behindSeparator}` }
}

/** The range of members whose text begins so; undefined where no range tells. */
export function withPrefix(text: string): { readonly min: string; readonly max: string } | undefined {
  // Half of a surrogate pair is a beginning of characters that are stored whole.
  if (/\p{Surrogate}/u.test(text)) return undefined
  const after = textAfter(escaped(text))
  return { min: `[${escaped(text)}`, max: after === undefined ? '+' : `(${after}` }
}

/** A member that holds more than its cursor. */
export function memberAt(cursor: string, content: string): string {
  return `${cursor}${separator}${content}`
}

/** What a `memberAt` was made of. */
export function partsOfMember(member: string): { readonly cursor: string; readonly content: string } {
  const end = member.indexOf(separator)
  return { cursor: member.slice(0, end), content: member.slice(end + 1) }
}

/** The start of a range of `memberAt`s behind a cursor. */
export function behindMember(cursor: string): string {
  return `[${cursor}${behindSeparator}`
}

/** The start of a range (`ZRANGEBYLEX`) behind a cursor. */
export function behind(cursor: string): string {
  return `(${cursor}`
}

/** The start of a range with everything that is strictly older than an instant. */
export function olderThan(at: number): string {
  return `[${digits(Math.ceil(at) - 1)}`
}

/** The start of a range with everything that is not older than an instant, read as its end: exclusive. */
export function untilOlderThan(at: number): string {
  return `(${digits(Math.ceil(at) - 1)}`
}

function digits(at: number): string {
  if (!(at >= 0)) return '9'.repeat(width)
  return String(Math.max(0, latest - at)).padStart(width, '0')
}
