import type { Keyring } from '@claviger/core'

/** What a text in a search field means. */
export interface Sought {
  /** What is asked of the keyring: never a whole key. */
  readonly q: string
  /** Whether it names one key: by its id or its ending, and not by its name. */
  readonly isMark: boolean
  /** Of the beginning of a key that is cut off within its id: the environment that it names. */
  readonly beginningIn: string | undefined
  /** Whether the text goes on behind the id: it is a key, or what is left of one, and its secret counts. */
  readonly hasSecret: boolean
}

const idLength = 16

/**
 * Reads a text as people have it at hand: a key, the beginning of one, the hint that the list shows, an id, the last four
 * characters, or a name. Of a key only the id goes on, so that it ends up in no URL.
 */
export function soughtIn(given: string, { environments }: Pick<Keyring, 'environments'>): Sought {
  const text = given.trim()
  const ending = /(?:\u2026|\.\.\.)([\w-]{4})\W*$/.exec(text)?.[1]
  if (ending !== undefined) return { q: ending, isMark: true, beginningIn: undefined, hasSecret: false }
  const body = bodyOf(text.replace(/(?:\u2026|\.\.\.)$/, ''), environments)
  if (body !== undefined) {
    const { text: rest, environment } = body
    const isCutOff = rest.length < idLength
    return {
      q: rest.slice(0, idLength),
      isMark: true,
      beginningIn: isCutOff ? environment : undefined,
      hasSecret: rest.length > idLength,
    }
  }
  return {
    q: text.slice(0, 255),
    isMark: /^(?:[\w-]{4}|[\w-]{16})$/.test(text),
    beginningIn: undefined,
    hasSecret: false,
  }
}

/** What follows `<prefix>_<environment>_` of a key in a text; undefined where there is none. */
function bodyOf(
  text: string,
  environments: readonly string[],
): { readonly text: string; readonly environment: string } | undefined {
  // Letters keep their length: positions are the same in both.
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  for (const environment of environments) {
    const mark = `_${environment.toLowerCase()}_`
    for (let index = lower.indexOf(mark); index !== -1; index = lower.indexOf(mark, index + 1)) {
      const body = /^[\w-]*/.exec(text.slice(index + mark.length))?.[0] ?? ''
      const isWhole = index > 0 && /^[\w-]+$/.test(text)
      // A name may hold the same words; what is as long as an id is a key.
      if (isWhole || (body.length >= idLength && /[\w-]/.test(text[index - 1] ?? '')))
        return { text: body, environment }
    }
  }
  return undefined
}
