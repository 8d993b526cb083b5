import { maxFieldLength, type TokenGrammar } from './grammar.ts'
import { tokenPattern } from './token.ts'

/** Tells what may be a token of one keyring, damaged ones included, from what cannot. Pure, linear, no I/O. */
export interface Ours {
  /** Whether a text may be meant as one of our tokens. False for what is not text. */
  isOurs(text: unknown): boolean
  /** Whether a text holds a token of ours, or the beginning of one with prefix and environment: then it is nothing else. */
  holdsToken(text: string): boolean
  /** Whether a whole text looks like a token that was issued elsewhere, and imported. */
  isImported(text: string): boolean
}

// A variable that was not filled in. Narrower than the hint for people: opaque tokens of others are random, and one in a
// million begins with "your".
const placeholder =
  /^(?:undefined|null|none|nan|true|false|\[object \w+\]|\$.*|%.*%|<.*>|\{.*\}|your[-_ ].{0,40}|your[a-z _-]{0,40}|(?:api|access)[-_ ]?(?:key|token)|x{3,}|\*{3,}|\.{3,})$/i
// Around it, or before it.
const wrapping = /^(?:["'`\s]|(?:bearer|basic|token|authorization:?) )+|["'`\s]+$/gi
// A signed JWT has three, an encrypted one five.
const maxSegments = 5

/**
 * Binds to a grammar.
 *
 * @param isImported whether a whole text looks like a token that was issued elsewhere, and imported
 */
export function createOurs(grammar: TokenGrammar, isImported: (text: string) => boolean = () => false): Ours {
  const whole = tokenPattern(grammar)
  const prefixes = grammar.prefixes.join('|')
  // In any case: `ACME_PRODUCTION_` is a damaged token too.
  const head = new RegExp(`(?:^|[^0-9A-Za-z_-])(?:${prefixes})_(?:${grammar.environments.join('|')})_`, 'i')
  // At the start, or behind what no bearer credential holds: a quote, a bracket, a space. So `acmex_` is not `acme_`, and
  // nothing in the middle of a random text is.
  const start = new RegExp(`(?:^|[^0-9A-Za-z._~+/-])(?:${prefixes})_`)

  const isEncoded = (text: string): boolean =>
    text
      .slice(text.lastIndexOf(' ') + 1)
      .split('.', maxSegments)
      .some((segment) => whole.test(Buffer.from(segment, 'base64url').toString('latin1')))
  // The expressions for these are linear in short texts only.
  const bareText = (text: string): string | undefined =>
    text.length > maxFieldLength ? undefined : text.replaceAll(wrapping, '')
  const holdsImported = (text: string): boolean => {
    const bare = bareText(text)
    return bare !== undefined && isImported(bare)
  }
  const isPlaceholder = (text: string): boolean => placeholder.test(bareText(text) ?? '')
  const holdsToken = (text: string): boolean =>
    whole.test(text) || head.test(text) || isEncoded(text) || holdsImported(text)

  return {
    holdsToken,
    isImported,
    isOurs: (text) => typeof text === 'string' && (start.test(text) || holdsToken(text) || isPlaceholder(text)),
  }
}
