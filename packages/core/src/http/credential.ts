import { maxFieldLength, type TokenGrammar } from '../token/grammar.ts'
import type { MalformedHint } from '../token/hints.ts'
import type { Carrier } from '../verification/verification.ts'
import { type IsOthers, isOthersFailure } from './other-bearer.ts'
import { absent, type Field, type HttpRequest, readField, sentField, sentHeaders, sentOrSet } from './request.ts'

/** Why no credential was found where one might have been meant, told from the request's bytes alone. */
export type AbsenceHint = 'missing_scheme' | 'unsupported_scheme' | 'header_not_accepted' | 'credential_in_url'

/** Every hint a denial can carry. */
export type HttpHint = MalformedHint | AbsenceHint

/** What credentials look like here. */
export interface CredentialRules {
  /** The name of the header that may carry the bare token, in lower case; undefined for none. */
  readonly header: string | undefined
  readonly grammar: TokenGrammar
  /** Finds tokens in any text. Without flags. */
  readonly tokenPattern: RegExp
  /** Whether a whole text looks like a token that was issued elsewhere, and imported. */
  isImported(text: string): boolean
  /** Tells bearer credentials of others; undefined where there are none. */
  readonly isOthers?: IsOthers | undefined
}

/** The one credential of a request, unverified. */
export interface Credential {
  readonly type: 'credential'
  readonly carrier: Exclude<Carrier, 'direct'>
  /** The value of the field in its one spelling: `Bearer <token>`, or the token alone. */
  readonly field: string
}

/** What `parseCredential` finds. */
export type ParsedCredential =
  | Credential
  | {
      readonly type: 'none'
      readonly hint?: AbsenceHint
      /** Whether something that begins like a token of this keyring came nevertheless. */
      readonly isAttempt: boolean
    }
  | { readonly type: 'malformed'; readonly hint: MalformedHint }
  | { readonly type: 'multiple' }

/** What one field holds. */
type Candidate =
  | Exclude<ParsedCredential, { readonly type: 'none' }>
  | { readonly type: AbsenceHint | 'absent'; readonly isAttempt?: boolean }

const scheme = 'Bearer '

const nothing: Candidate = { type: 'absent' }
const multiple: Candidate & ParsedCredential = { type: 'multiple' }
const notText: Candidate & ParsedCredential = { type: 'malformed', hint: 'not_a_string' }
const tooLong: Candidate = { type: 'malformed', hint: 'too_long' }
const empty: Candidate = { type: 'malformed', hint: 'empty' }
const tab: Candidate = { type: 'malformed', hint: 'whitespace' }

/**
 * Finds the credential of a request: `Authorization: Bearer <token>` (RFC 6750 section 2.1, the scheme in any case,
 * RFC 9110 section 11.1), or the bare token in the header the host turned on. Never in URL or body.
 *
 * A credential that the client sent decides: what a host has set in `headers` counts where there is none.
 *
 * Never throws, whatever the request holds, unless `isOthers` does. It does not check the token: `check` of the door does.
 *
 * @param looks whether a bearer credential is looked at that could be a token by its length. That waits until it is known
 * not to be one; beside another credential, and where it is too long, it is looked at in any case
 */
export function parseCredential(request: HttpRequest, rules: CredentialRules, looks = false): ParsedCredential {
  try {
    const { header: name } = rules
    const rawHeaders = sentHeaders(request)
    const authorization = sentField(rawHeaders, 'authorization')
    const header = name === undefined ? absent : sentField(rawHeaders, name)
    const sentBearer = readBearerField(authorization, rules, looks)
    const sent = onlyAttempt(sentBearer, readTokenHeader(header), rules)
    if (sent?.type === 'credential') return sent
    const bearer =
      authorization.count > 0
        ? sentBearer
        : readBearerField(sentOrSet(request, authorization, 'authorization'), rules, looks)
    const other = name === undefined ? nothing : readTokenHeader(sentOrSet(request, header, name))
    return onlyAttempt(bearer, other, rules) ?? explainAbsence(request, bearer, rules)
  } catch (error) {
    // The host's own function; everything else that fails is the request.
    if (isOthersFailure(error)) throw error
    // A hostile object, such as a proxy that throws: there was something, and it cannot be read.
    return notText
  }
}

/** What was meant as a credential; undefined when nothing was, or nothing that can be one. */
function onlyAttempt(
  bearer: Candidate,
  header: Candidate,
  { isOthers }: CredentialRules,
): Exclude<ParsedCredential, { type: 'none' }> | undefined {
  if (bearer.type === 'multiple' || header.type === 'multiple') return multiple
  if (isAttempt(bearer) && isAttempt(header) && !isOthersBearer(bearer, isOthers)) return multiple
  if (header.type === 'credential' || header.type === 'malformed') return header
  return bearer.type === 'credential' || bearer.type === 'malformed' ? bearer : undefined
}

function readBearerField(field: Field, rules: CredentialRules, looks: boolean): Candidate {
  const candidate = readAuthorization(field, rules)
  return looks && isOthersBearer(candidate, rules.isOthers) ? nothing : candidate
}

function isOthersBearer(candidate: Candidate, isOthers: IsOthers | undefined): boolean {
  return candidate.type === 'credential' && isOthers?.(candidate.field.slice(scheme.length)) === true
}

function readAuthorization({ count, value }: Field, rules: CredentialRules): Candidate {
  const { grammar, isImported, isOthers } = rules
  if (count === 0) return nothing
  if (count > 1) return multiple
  if (typeof value !== 'string') return notText
  // As nearly every client writes it.
  if (value.startsWith(scheme) && value.length > scheme.length && value.length <= maxFieldLength) {
    if (value.charCodeAt(scheme.length) !== 0x20) return { type: 'credential', carrier: 'bearer', field: value }
  }
  const afterScheme = value.charCodeAt(6)
  const isBearer =
    value.slice(0, 6).toLowerCase() === 'bearer' && (value.length === 6 || afterScheme === 0x20 || afterScheme === 0x09)
  if (isBearer) return readBearer(value, afterScheme, isOthers)
  const isToken = grammar.prefixes.some((prefix) => value.startsWith(`${prefix}_`)) || isImported(value)
  if (isToken) return { type: 'missing_scheme' }
  return isBlank(value) ? nothing : { type: 'unsupported_scheme', isAttempt: holdsToken(value, rules) }
}

function readBearer(fieldValue: string, afterScheme: number, isOthers: IsOthers | undefined): Candidate {
  let start = 7
  while (fieldValue.charCodeAt(start) === 0x20) start += 1
  const isTooLong = fieldValue.length > maxFieldLength
  // Neither is in the cache.
  if ((isTooLong || afterScheme === 0x09) && isOthers !== undefined) {
    const text = fieldValue.slice(start).trim()
    if (text !== '' && isOthers(text)) return nothing
  }
  if (isTooLong) return tooLong
  if (afterScheme === 0x09) return tab
  if (start >= fieldValue.length) return empty
  return { type: 'credential', carrier: 'bearer', field: scheme + fieldValue.slice(start) }
}

function readTokenHeader({ count, value }: Field): Candidate {
  if (count === 0) return nothing
  if (count > 1) return multiple
  if (typeof value !== 'string') return notText
  if (isBlank(value)) return nothing
  if (value.length > maxFieldLength) return tooLong
  return { type: 'credential', carrier: 'header', field: value }
}

/** A credential that was meant for us, however broken. Another scheme, such as a proxy's `Basic`, is not. */
function isAttempt({ type }: Candidate): boolean {
  return type === 'credential' || type === 'malformed' || type === 'missing_scheme'
}

function isBlank(value: string): boolean {
  return value === '' || (value.length <= maxFieldLength && /^[ \t]+$/.test(value))
}

function explainAbsence(request: HttpRequest, found: Candidate, rules: CredentialRules): ParsedCredential {
  if (found.type === 'missing_scheme') return { type: 'none', hint: found.type, isAttempt: true }
  const inUrl = isTokenInUrl(request.url, rules.tokenPattern)
  const isAttempt = inUrl || ('isAttempt' in found && found.isAttempt)
  const unread = rules.header === 'x-api-key' ? undefined : readField(request, 'x-api-key')
  if (unread !== undefined && readTokenHeader(unread).type !== 'absent') {
    const isToken = typeof unread.value === 'string' && holdsToken(unread.value, rules)
    return { type: 'none', hint: 'header_not_accepted', isAttempt: isAttempt || isToken }
  }
  if (inUrl) return { type: 'none', hint: 'credential_in_url', isAttempt }
  return found.type === 'unsupported_scheme'
    ? { type: 'none', hint: found.type, isAttempt }
    : { type: 'none', isAttempt }
}

const heads = new WeakMap<TokenGrammar, RegExp>()

/**
 * Whether a value holds what a token of ours begins with, as `Token <token>` does, or `Basic` with the token as a name; or,
 * as a whole word, a token that was imported.
 */
function holdsToken(value: string, { grammar, isImported }: CredentialRules): boolean {
  const head =
    heads.get(grammar) ?? new RegExp(`(?:${grammar.prefixes.join('|')})_(?:${grammar.environments.join('|')})_`)
  heads.set(grammar, head)
  const start = value.slice(0, maxFieldLength)
  const [other = '', encoded = ''] = start.split(' ', 2)
  const texts = other.toLowerCase() === 'basic' ? [start, Buffer.from(encoded, 'base64').toString('latin1')] : [start]
  return head.test(value) || texts.some((text) => head.test(text) || wordsOf(text).some(isImported))
}

// More are in no credential: it has a scheme, a few parameters, and their quotes.
const mostWords = 16

/** The words of a credential: between spaces and commas, and the values of its parameters. */
function wordsOf(text: string): readonly string[] {
  return [text.split(/[\s,]+/, mostWords), text.split(/[\s,:="']+/, mostWords)].flat()
}

/** Whether any part of a URL carries a token of ours, also where a client encoded more than it must. */
export function isTokenInUrl(url: unknown, tokenPattern: RegExp): boolean {
  if (typeof url !== 'string') return false
  return tokenPattern.test(url) || (url.includes('%') && tokenPattern.test(decoded(url)))
}

function decoded(url: string): string {
  // Byte by byte, since a token has only ASCII in it, and nothing else in the URL may make this fail.
  return url.replaceAll(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
}
