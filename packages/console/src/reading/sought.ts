import type { Keyring } from '@claviger/core'

/** What a text in a search field means. */
export interface Sought {
  /** What is asked of the keyring: never a whole key. */
  readonly q: string
  /** Whether it names one key: by its id or its ending, and not by its name. */
  readonly isMark: boolean
  /** Whether it is the beginning of a key, too short to find one by. */
  readonly isBeginning: boolean
}

const idLength = 16

/**
 * Reads a text as people have it at hand: a key, the beginning of one, the hint that the list shows, an id, the last four
 * characters, or a name. Of a key only the id goes on, so that it ends up in no URL.
 */
export function soughtIn(given: string, { environments }: Pick<Keyring, 'environments'>): Sought {
  const text = given
    .trim()
    .replace(/^bearer\s+/i, '')
    .replace(/^["'`]+|["'`]+$/g, '')
  const ending = /(?:\u2026|\.\.\.)([\w-]{4})$/.exec(text)?.[1]
  if (ending !== undefined) return { q: ending, isMark: true, isBeginning: false }
  const body = bodyOf(text, environments)
  if (body === undefined)
    return { q: text.slice(0, 255), isMark: /^(?:[\w-]{4}|[\w-]{16})$/.test(text), isBeginning: false }
  // Cut off within the id, it finds nothing.
  return { q: body.slice(0, idLength), isMark: true, isBeginning: body.length < idLength }
}

/** What follows `<prefix>_<environment>_`; undefined where the text does not begin like a key. */
function bodyOf(text: string, environments: readonly string[]): string | undefined {
  for (const environment of environments) {
    const index = text.indexOf(`_${environment}_`)
    if (index > 0 && /^[\w-]+$/.test(text)) return text.slice(index + environment.length + 2)
  }
  return undefined
}
