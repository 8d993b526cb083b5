import { bodyLength, headOf, readToken } from './token-form.ts'

/** What is wrong with the text that should be an API key. */
export type ApiKeyMistake =
  | 'not_set'
  | 'empty'
  | 'not_text'
  | 'scheme'
  | 'assignment'
  | 'quotes'
  | 'placeholder'
  | 'masked'
  | 'newline'
  | 'whitespace'
  | 'illegal_character'
  | 'foreign_prefix'
  | 'unknown_environment'
  | 'truncated'
  | 'too_long'
  | 'altered'

/** What is known about the keys of an API. Everything may be left out. */
export interface KeyForm {
  /** What its keys begin with: `acme`. Several, while keys with an earlier prefix still work. */
  readonly prefix?: string | readonly string[] | undefined
  /** The environments its keys may belong to here. */
  readonly environments?: readonly string[] | undefined
  /** Keys of another form, such as older ones that still work. Matched against the whole text. */
  readonly otherForms?: RegExp | undefined
}

/** The same, checked. */
export interface ExpectedForm {
  readonly prefixes?: readonly string[] | undefined
  readonly environments?: readonly string[] | undefined
  readonly otherForms?: RegExp | undefined
}

const printable = /^[\u0021-\u007e]+$/
const scheme = /^\s*["']?(?:authorization\s*:|x-api-key\s*:|bearer(?:\s|$)|basic\s|token\s)/i
const assignment = /^\s*(?:export\s|set\s|\$env:|[A-Za-z_]\w*\s*=)/
const quoteMarks = '"\'`\u00ab\u00bb\u2018-\u201f\u2039\u203a'
const quoted = new RegExp(`^\\s*[${quoteMarks}]|[${quoteMarks}]\\s*$`)
const bracketed = /^\s*\$?[<{[(%]+([\s\S]*?)[>}\])%]+\s*$/
const placeholder =
  /^(?:undefined|null|none|nil|nan|true|false|todo|tbd|changeme|change[-_ ]me|replace[-_ ]?me|secret|example|test|\[object \w+\]|\$.*|%.*%|<.*>|\{.*\}|(?:your|my|insert|paste|enter)[-_ ]?.*|(?:[a-z]{1,16}[-_ ])?(?:api|access)[-_ ]?(?:key|token)(?:[-_ ]here)?|.*[-_](?:here|goes[-_]here|x{3,})|x{3,}|\*{3,}|\.{3,})$/i
const masked = /\u2026|\.{3}|\*{3,}|\u2022{2,}/
const lineEnd = /[\r\n\u0085\u2028\u2029]|\\r|\\n/
const invisible = /[\s\u00ad\u200b-\u200f\u2060\ufeff]/

/** Finds what is wrong with a text, or undefined where it may be a key. Pure, and linear in the length of the text. */
export function findMistake(text: unknown, expected: ExpectedForm): ApiKeyMistake | undefined {
  if (text === undefined || text === null) return 'not_set'
  if (typeof text !== 'string') return 'not_text'
  if (isOtherForm(text, expected)) return undefined
  return findDecoration(text, expected) ?? findDamage(text, expected)
}

function isOtherForm(text: string, { otherForms }: ExpectedForm): boolean {
  if (otherForms === undefined || !printable.test(text)) return false
  // A copy without state: a regular expression with the flag "g" goes on where it stopped.
  const found = new RegExp(otherForms.source, otherForms.flags.replace(/[gy]/g, '')).exec(text)
  return found !== null && found[0] === text
}

/** What stands around the key, or in its place. */
function findDecoration(text: string, expected: ExpectedForm): ApiKeyMistake | undefined {
  // What is longer is no key with a mistake in it, and is not searched.
  if (text.length > 4096) return 'too_long'
  const bare = text.trim()
  if (bare === '') return 'empty'
  if (scheme.test(text)) return 'scheme'
  if (assignment.test(text)) return 'assignment'
  if (quoted.test(text)) return 'quotes'
  if (isInBrackets(bare, expected)) return 'quotes'
  if (placeholder.test(bare)) return 'placeholder'
  if (masked.test(text)) return 'masked'
  if (lineEnd.test(text)) return 'newline'
  if (invisible.test(text)) return 'whitespace'
  return undefined
}

/** As in documentation: the key was filled in, and the brackets were left. */
function isInBrackets(text: string, { prefixes = [] }: ExpectedForm): boolean {
  const inside = bracketed.exec(text)?.[1]?.trim()
  if (inside === undefined) return false
  return readToken(inside) !== undefined || prefixes.some((prefix) => headOf(inside)?.startsWith(`${prefix}_`))
}

/** What is wrong with the key itself. */
function findDamage(text: string, { prefixes, environments }: ExpectedForm): ApiKeyMistake | undefined {
  if (/[^0-9A-Za-z_]/.test(text)) return 'illegal_character'
  const given = text.slice(0, Math.max(text.indexOf('_'), 0))
  if (prefixes !== undefined && !prefixes.includes(given)) {
    return prefixes.some((prefix) => prefix.startsWith(text)) ? 'truncated' : 'foreign_prefix'
  }
  const start = headOf(text)
  const length = text.length - (start ?? '').length
  if (start === undefined) return prefixes === undefined ? 'foreign_prefix' : 'truncated'
  if (length < bodyLength) return 'truncated'
  if (length > bodyLength) return 'too_long'
  const token = readToken(text)
  if (token === undefined) return 'altered'
  return environments === undefined || environments.includes(token.environment) ? undefined : 'unknown_environment'
}
