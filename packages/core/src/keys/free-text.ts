import { ValidationError } from '../errors.ts'
import type { TokenGrammar } from '../token/grammar.ts'
import { maskToken, tokenPattern } from '../token/token.ts'
import { checkedText, isObject, isSayable } from './checks.ts'

/**
 * Reads what people write about keys. A token among the words is masked: "found acme_... in a repository" must go
 * through at once, and must not keep the token for ever.
 */
export interface FreeText {
  /** 1 to 128 characters on one line that say something. */
  name(name: unknown): string
  /** At most 2 000 characters; null, or left out, for none. */
  description(description: unknown): string | null
  /** Why something is done: at most 500 characters; null, or left out, for none. */
  reason(reason: unknown): string | null
  /** The host's own notes: at most 32 texts. */
  metadata(metadata: unknown): Readonly<Record<string, string>>
  /** The text without the secrets of tokens. */
  mask(text: string): string
}

/** Binds to the form of a keyring's tokens. */
export function createFreeText(grammar: TokenGrammar): FreeText {
  const tokens = new RegExp(tokenPattern(grammar).source, 'g')
  const mask = (text: string): string => text.replace(tokens, maskToken)
  const optional = (field: string, text: unknown, maxLength: number): string | null =>
    text === undefined || text === null ? null : mask(checkedText(field, text, maxLength))

  return {
    mask,
    name: (name) => mask(checkedName(name)),
    description: (description) => optional('description', description, 2_000),
    reason: (reason) => optional('reason', reason, 500),
    metadata(metadata) {
      const entries = isObject(metadata) ? Object.entries(metadata) : undefined
      if (entries === undefined || entries.length > 32) {
        throw new ValidationError('metadata', 'Expected metadata to be an object of at most 32 texts.')
      }
      return Object.fromEntries(entries.map(([name, text]) => [checkedLabel(name), mask(checkedNote(name, text))]))
    },
  }
}

// Control characters, and the marks that reorder text around them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

function checkedName(name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= 128 && !unprintable.test(name)) return name
  throw new ValidationError(
    'name',
    'Expected name to be 1 to 128 characters without control characters. Say what uses it.',
  )
}

function checkedLabel(name: string): string {
  if (name.length >= 1 && name.length <= 64 && !unprintable.test(name)) return name
  throw new ValidationError('metadata', 'A metadata name is 1 to 64 characters without control characters.')
}

function checkedNote(name: string, text: unknown): string {
  return checkedText(isSayable(name) ? `metadata.${name}` : 'metadata', text, 1_000)
}
