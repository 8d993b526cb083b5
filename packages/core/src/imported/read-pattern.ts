/**
 * What a pattern says of the texts it matches. A bounded number of ways to read a text is what keeps an expression from
 * taking seconds: nested and overlapping repetitions show as more ways than anyone could try.
 */
export interface PatternFacts {
  /** Whether every alternative begins with `^` and ends with `$`. */
  readonly isAnchored: boolean
  /** How many ways there are at most to read one text of `longestText` characters. */
  readonly ways: number
  /** Characters of the shortest text. */
  readonly shortest: number
  /** Whether some character is fixed: a letter, a digit, `_`. */
  readonly hasLiteral: boolean
}

/** What is read of a part. */
type Part = Omit<PatternFacts, 'isAnchored'>

const nothing: Part = { ways: 1, shortest: 0, hasLiteral: false }
const oneCharacter: Part = { ways: 1, shortest: 1, hasLiteral: false }
const literal: Part = { ways: 1, shortest: 1, hasLiteral: true }

/**
 * Reads the source of an expression without the flag `v`.
 *
 * @param longestText how often an open repetition can repeat at most
 * @returns why it cannot be read, as a text, where it holds look-around, back references, or assertions but at its ends
 */
export function readPattern(source: string, longestText: number): PatternFacts | string {
  let at = 0
  let depth = 0
  let isAnchored = true

  const take = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false
    at += text.length
    return true
  }

  const alternatives = (): Part => {
    let all: Part | undefined
    do {
      const one = sequence()
      all = all === undefined ? one : either(all, one)
    } while (take('|'))
    return all
  }

  const sequence = (): Part => {
    let begins = false
    let ends = false
    let whole = nothing
    const isOver = (): boolean => at >= source.length || source[at] === '|' || source[at] === ')'
    if (depth === 0) begins = take('^')
    while (!isOver()) {
      if (depth === 0 && source[at] === '$' && (at + 1 === source.length || source[at + 1] === '|')) {
        at += 1
        ends = true
        break
      }
      whole = joined(whole, repeated(atom()))
    }
    if (depth === 0 && !(begins && ends)) isAnchored = false
    return whole
  }

  const atom = (): Part => {
    const character = source[at] ?? ''
    if (character === '(') return group()
    if (character === '[') return characterClass()
    if (character === '\\') return escape()
    if (character === '^' || character === '$') throw unread('assertions such as ^ and $ inside of it')
    at += 1
    return character === '.' ? oneCharacter : literal
  }

  const group = (): Part => {
    at += 1
    if (take('?') && !take(':')) {
      const [whole, name] = /^<([A-Za-z]\w*)>/.exec(source.slice(at)) ?? []
      if (whole === undefined) throw unread('look-around')
      if (name !== 'secret') throw unread(`a group named ${name}: only one named secret means something`)
      at += whole.length
    }
    depth += 1
    const inside = alternatives()
    depth -= 1
    at += 1
    return inside
  }

  const characterClass = (): Part => {
    for (at += 1; source[at] !== ']'; at += 1) if (source[at] === '\\') at += 1
    at += 1
    return oneCharacter
  }

  const escape = (): Part => {
    const kind = source[at + 1] ?? ''
    if (/[1-9kbBpP]/.test(kind)) throw unread(`\\${kind}`)
    const [whole = ''] =
      /^\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|c[A-Za-z]|.)/s.exec(source.slice(at)) ?? []
    at += Math.max(1, whole.length)
    return /[dDwWsS]/.test(kind) ? oneCharacter : literal
  }

  // More than the longest text can hold need not be counted.
  const times = (part: Part, least: number, most: number): Part => {
    const [from, to] = [Math.min(least, longestText + 1), Math.min(Math.max(least, most), longestText + 1)]
    let ways = 0
    for (let count = from; count <= to && ways < Number.MAX_SAFE_INTEGER; count += 1) ways += part.ways ** count
    return { ways, shortest: part.shortest * from, hasLiteral: part.hasLiteral && from > 0 }
  }

  const repeated = (part: Part): Part => {
    const [whole, sign, least, comma, most] = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at)) ?? []
    if (whole === undefined) return part
    at += whole.length
    if (sign !== undefined) return times(part, sign === '+' ? 1 : 0, sign === '?' ? 1 : longestText)
    const from = Number(least)
    return times(part, from, comma === '' ? from : most === '' ? longestText : Number(most))
  }

  try {
    const whole = alternatives()
    return { ...whole, isAnchored }
  } catch (error) {
    if (error instanceof Unread) return error.what
    throw error
  }
}

/** What keeps a pattern from being read, on its way out of it. */
class Unread extends Error {
  readonly what: string

  constructor(what: string) {
    super(what)
    this.what = what
  }
}

function unread(what: string): Unread {
  return new Unread(what)
}

function joined(before: Part, after: Part): Part {
  return {
    ways: before.ways * after.ways,
    shortest: before.shortest + after.shortest,
    hasLiteral: before.hasLiteral || after.hasLiteral,
  }
}

function either(one: Part, other: Part): Part {
  return {
    ways: one.ways + other.ways,
    shortest: Math.min(one.shortest, other.shortest),
    hasLiteral: one.hasLiteral && other.hasLiteral,
  }
}
