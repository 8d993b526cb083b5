/*
 * What errors may repeat of what came from outside. A token ends up in the wrong argument sooner or later, whole or cut,
 * and must not go on from there into a log.
 */
const longest = 64
const unprintable = /\p{C}/u
const likeSecret = /[0-9A-Za-z]{20}/

/** Whether a text may be repeated: short, printable, and nothing in it looks like a part of a secret. */
export function isQuotable(text: string): boolean {
  return text.length >= 1 && text.length <= longest && !unprintable.test(text) && !likeSecret.test(text)
}

/** Whether the name of a field may be repeated: as `isQuotable`, and written as names are. */
export function isQuotableName(name: string): boolean {
  return isQuotable(name) && /^[\w-]+$/.test(name)
}

/** A value as an error may show it: texts that may be repeated and numbers themselves, of everything else its kind. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string')
    return isQuotable(value) ? JSON.stringify(value) : `a text of ${value.length} characters`
  return typeof value === 'number' ? `${value}` : kindOf(value)
}

/** What kind of thing came, without showing it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}
