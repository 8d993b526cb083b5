import { bodyLength, maxTokenLength, type TokenGrammar } from './grammar.ts'

/** Why a credential cannot be one of this keyring's tokens, told from its bytes alone. */
export type MalformedHint =
  | 'not_a_string'
  | 'empty'
  | 'too_long'
  | 'scheme_twice'
  | 'surrounding_quotes'
  | 'whitespace'
  | 'placeholder'
  | 'illegal_character'
  | 'foreign_prefix'
  | 'unknown_environment'
  | 'truncated'
  | 'checksum'

const quotes = /^(?:["'`\u00ab\u2018-\u201f\u2039]|\u00e2\u0080[\u0098-\u009f])/
const closingQuote = /["'`\u00bb\u2018-\u201f\u203a]$/
const placeholder =
  /^(?:undefined|null|none|nan|true|false|\[object \w+\]|\$.*|%.*%|<.*>|\{.*\}|your[-_ ]?.*|(?:api|access)[-_ ]?(?:key|token)|x{3,}|\*{3,}|\.{3,})$/i
const schemeAgain = /^(?:bearer|basic|token|authorization:?)(?: |$)/i

/** As in documentation: the key was filled in, and the brackets were left. */
function isBracketed(text: string, prefixes: readonly string[]): boolean {
  const [opening = ''] = /^\$?[<{[(%]+/.exec(text) ?? []
  return opening !== '' && prefixes.some((prefix) => text.startsWith(`${prefix}_`, opening.length))
}

/** Finds the most helpful reason. Called only for text that is not a token; every expression is linear. */
export function explainMalformed(text: string, { prefixes, environments }: TokenGrammar): MalformedHint {
  if (text === '') return 'empty'
  if (text.length > maxTokenLength) return 'too_long'
  if (schemeAgain.test(text)) return 'scheme_twice'
  if (quotes.test(text) || closingQuote.test(text)) return 'surrounding_quotes'
  if (isBracketed(text, prefixes)) return 'surrounding_quotes'
  if (placeholder.test(text)) return 'placeholder'
  if (/\s/.test(text)) return 'whitespace'
  if (/[^0-9A-Za-z_]/.test(text)) return 'illegal_character'
  const [prefix = '', environment = ''] = text.split('_', 2)
  if (!prefixes.includes(prefix)) return 'foreign_prefix'
  const rest = text.slice(prefix.length + 1 + environment.length + 1)
  if (text.split('_').length < 3 || rest.length < bodyLength) return 'truncated'
  if (!environments.includes(environment)) return 'unknown_environment'
  return rest.length > bodyLength ? 'too_long' : 'checksum'
}
