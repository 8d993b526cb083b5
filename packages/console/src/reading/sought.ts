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
  /** Of a key as lists show it: how it begins and ends, where both were written. Both have to fit. */
  readonly masked?: Masked
}

/** A key as lists show it. */
export interface Masked {
  /** Never more of a key than its id. */
  readonly start: string
  readonly ending: string
}

const idLength = 16

/**
 * Reads a text as people have it at hand: a key, the beginning of one, the hint that the list shows, an id, the last four
 * characters, or a name. Of a key only the id goes on, so that it ends up in no URL.
 */
export function soughtIn(given: string, { environments }: Pick<Keyring, 'environments'>): Sought {
  const text = given.trim()
  const shown = maskedIn(text, environments)
  if (shown !== undefined) {
    const { start, ending } = shown
    const found = { q: ending, isMark: true, beginningIn: undefined, hasSecret: false }
    return start === '' ? found : { ...found, masked: shown }
  }
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

/** A key as lists show it, as it may be shown again: as it was written, where no more of a key was. */
export function maskedText(text: string, { start, ending }: Masked): string {
  const given = text.trim()
  const separator = given.startsWith(start) ? given.slice(start.length, -ending.length) : undefined
  return separator !== undefined && given.endsWith(ending) && !/[\w-]/.test(separator)
    ? given.slice(0, 255)
    : `${start}\u2026${ending}`
}

/**
 * The beginning and the ending of a key in a text, with dots between them, or a space. Undefined where it has none. Each
 * expression is asked of a short text, and has one quantifier: no text takes it long.
 */
function maskedIn(text: string, environments: readonly string[]): Masked | undefined {
  if (text.length > mostShown) return undefined
  const end = /[\w-]{4}[^\w-]*$/.exec(text)
  if (end === null) return undefined
  const ending = end[0].slice(0, 4)
  const before = text.slice(0, end.index)
  const gap = /[\s.\u2026\u2022*]*$/.exec(before)?.[0] ?? ''
  const hasDots = /[\u2026\u2022]|\.\.|\*\*/.test(gap)
  const words = before.slice(0, before.length - gap.length)
  if (gap === '' || (!hasDots && (gap.trim() !== '' || words === '' || /\s/.test(words)))) return undefined
  const word = words.split(/[^\w-]/).findLast((part) => part !== '') ?? ''
  const body = bodyOf(word, environments)
  // A name may end in a word of four letters.
  if (!hasDots && body === undefined) return undefined
  const surplus = body === undefined ? 0 : Math.max(0, body.text.length - idLength)
  const most = body === undefined && word.length > idLength ? unknownLength : word.length - surplus
  return { start: word.slice(0, most), ending }
}

// Of a key as lists show it, with its name before it.
const mostShown = 255
// Of what may be a token that was issued elsewhere.
const unknownLength = 8

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
