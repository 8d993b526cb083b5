import { crc32 } from 'node:zlib'
import { customRandom } from 'nanoid'
import { base62Alphabet, base62Padded } from './base62.ts'
import { bodyLength, checkLength, idLength, maxTokenLength, secretLength, type TokenGrammar } from './grammar.ts'
import { explainMalformed, type MalformedHint } from './hints.ts'

/*
 *   token       = prefix "_" environment "_" id secret check        ; at most 128 characters
 *   prefix      = lower *15( lower / digit )
 *   environment = lower *15( lower / digit )
 *   id          = 16base62                                          ; public, names the key
 *   secret      = 43base62                                          ; 256 bits
 *   check       = 6base62                                           ; CRC-32 of all before it, zero-padded
 *
 * Neither prefix nor environment can contain "_", so a token is taken apart by lengths alone.
 */
const body = /^[0-9A-Za-z]{65}$/

/** The parts of a well-formed token that are not secret. */
export interface TokenParts {
  readonly prefix: string
  readonly environment: string
  /** The key id: 16 base62 characters. */
  readonly id: string
}

/** What `parseToken` finds. A hint is a pure function of the text; it never tells whether a key exists. */
export type ParsedToken =
  | { readonly ok: true; readonly parts: TokenParts }
  | { readonly ok: false; readonly hint: MalformedHint }

/** Source of randomness: returns `size` unpredictable bytes, or throws. */
export type RandomBytes = (size: number) => Uint8Array

/** Reads a token. Never throws, whatever it is given; does no I/O and never trims. */
export function parseToken(text: unknown, grammar: TokenGrammar): ParsedToken {
  if (typeof text !== 'string') return { ok: false, hint: 'not_a_string' }
  const parts = readToken(text, grammar)
  return parts === undefined ? { ok: false, hint: explainMalformed(text, grammar) } : { ok: true, parts }
}

function readToken(text: string, { prefixes, environments }: TokenGrammar): TokenParts | undefined {
  if (text.length > maxTokenLength) return undefined
  const bodyStart = text.length - bodyLength
  const separator = text.indexOf('_')
  if (separator < 1 || text.charCodeAt(bodyStart - 1) !== 0x5f || !body.test(text.slice(bodyStart))) return undefined
  const prefix = text.slice(0, separator)
  const environment = text.slice(separator + 1, bodyStart - 1)
  if (!prefixes.includes(prefix) || !environments.includes(environment)) return undefined
  if (text.slice(-checkLength) !== checkOf(text.slice(0, -checkLength))) return undefined
  return { prefix, environment, id: text.slice(bodyStart, bodyStart + idLength) }
}

/** Writes a token from its parts; the inverse of `parseToken`. */
export function formatToken(parts: TokenParts & { readonly secret: string }): string {
  const unchecked = `${parts.prefix}_${parts.environment}_${parts.id}${parts.secret}`
  return unchecked + checkOf(unchecked)
}

/** The part of a token that may be shown again: `acme_production_7Fq2…9aXc`. */
export function maskToken(token: string): string {
  return `${token.slice(0, token.length - bodyLength + 4)}…${token.slice(-4)}`
}

/** Makes what is random in tokens. */
export interface TokenFactory {
  id(): string
  secret(): string
}

/** Makes key ids and secrets, without modulo bias (nanoid rejects bytes that do not map evenly). */
export function tokenFactory(random: RandomBytes): TokenFactory {
  const bytes = (size: number): Uint8Array => {
    const drawn = random(size)
    // A short answer would turn into zeros, and a secret of zeros is no secret.
    if (drawn.length < size) throw new RangeError(`The random source gave ${drawn.length} bytes instead of ${size}.`)
    return drawn
  }
  return {
    id: customRandom(base62Alphabet, idLength, bytes),
    secret: customRandom(base62Alphabet, secretLength, bytes),
  }
}

/**
 * A regular expression that finds this keyring's tokens in any text, for secret scanners and log redaction.
 * Linear, without look-around, without flags. Has no word boundaries: in logs a token often stands right behind
 * an escape such as `\n` or `%20`.
 */
export function tokenPattern({ prefixes, environments }: TokenGrammar): RegExp {
  return new RegExp(`(?:${prefixes.join('|')})_(?:${environments.join('|')})_[0-9A-Za-z]{${bodyLength}}`)
}

function checkOf(text: string): string {
  return base62Padded(crc32(text), checkLength)
}
