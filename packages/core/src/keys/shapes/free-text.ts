import { ValidationError } from '../../errors/errors.ts'
import { isPlain } from '../../input/plain-fields.ts'
import { isQuotableName } from '../../input/describe-value.ts'
import type { TokenGrammar } from '../../token/grammar.ts'
import { tokenMask } from '../../token/mask.ts'
import { parseText } from './checks.ts'

/**
 * Reads what people write about keys. A token among the words is masked: "found acme_... in a repository" must go
 * through at once, and must not keep the token forever.
 */
export interface FreeText {
  /** 1 to 128 characters on one line that say something. At most 384 bytes of UTF-8. */
  name(name: unknown): string
  /** At most 2 000 characters, 6 000 bytes of UTF-8; null, or left out, for none. */
  description(description: unknown): string | null
  /** Why something is done: at most 500 characters, 1 500 bytes of UTF-8; null, or left out, for none. */
  reason(reason: unknown): string | null
  /** The host's own notes: at most 32 texts, and 4 096 bytes of UTF-8 as JSON in all. */
  metadata(metadata: unknown): Readonly<Record<string, string>>
  /** The text without the secrets of tokens. */
  mask(text: string): string
}

/** Binds to the form of a keyring's tokens. */
export function createFreeText(grammar: TokenGrammar): FreeText {
  const mask = tokenMask(grammar)
  const optional = (field: string, text: unknown, maxLength: number): string | null =>
    text === undefined || text === null ? null : mask(wellFormed(field, parseText(field, text, maxLength)))

  return {
    mask,
    name: (name) => mask(wellFormed('name', parseName(name))),
    description: (description) => optional('description', description, 2_000),
    reason: (reason) => optional('reason', reason, 500),
    metadata(metadata) {
      const entries = isPlain(metadata) ? Object.entries(metadata) : undefined
      if (entries === undefined || entries.length > 32) {
        throw new ValidationError('metadata', 'Expected metadata to be a plain object of at most 32 texts.')
      }
      const notes = entries.map(([name, text]) => [mask(parseLabel(name)), mask(parseNote(name, text))] as const)
      return requireLight(Object.fromEntries(notes))
    },
  }
}

// Control characters, and the marks that reorder text around them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

// Kept in memory for each key in use, and in every row: what is worth more belongs into the host's own database.
const maxMetadataBytes = 4_096

// One half of a pair: no character, and six bytes of JSON.
const lone = /\p{Surrogate}/u

function wellFormed(field: string, text: string): string {
  if (!lone.test(text)) return text
  throw new ValidationError(field, `Expected ${field} to be well-formed text: it holds half a character.`)
}

function requireLight(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes <= maxMetadataBytes) return metadata
  throw new ValidationError(
    'metadata',
    `Expected metadata to take at most ${maxMetadataBytes} bytes as JSON, got ${bytes}. Keep the rest by the key's id.`,
  )
}

function parseName(name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= 128 && !unprintable.test(name)) return name
  throw new ValidationError(
    'name',
    'Expected name to be 1 to 128 characters without control characters. Say what uses it.',
  )
}

function parseLabel(name: string): string {
  if (name.length >= 1 && name.length <= 64 && !unprintable.test(name)) return wellFormed('metadata', name)
  throw new ValidationError('metadata', 'A metadata name is 1 to 64 characters without control characters.')
}

function parseNote(name: string, text: unknown): string {
  const field = isQuotableName(name) ? `metadata.${name}` : 'metadata'
  return wellFormed(field, parseText(field, text, 1_000))
}
