import { bare } from '../input/plain-fields.ts'
import type { HttpHint } from './credential.ts'
import { absenceHints, type DenialCode, denialTable, hintDetails, othersDetails } from './denial-table.ts'

/** RFC 9457 problem details, in the order the members are sent. */
export interface ProblemDocument {
  /** `urn:claviger:problem:<code>` */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: DenialCode
  /** What is wrong with the bytes that were sent. */
  readonly hint?: HttpHint
  /** What the route asks for; never what the key holds. */
  readonly requiredPermissions?: readonly string[]
}

/**
 * The answer to a request that does not pass, ready to be sent. Frozen; shared between requests, except for the headers of
 * `rate_limited`. Holds nothing of the request.
 */
export interface Denial {
  readonly status: number
  readonly code: DenialCode
  readonly title: string
  readonly detail: string
  readonly hint?: HttpHint
  readonly requiredPermissions?: readonly string[]
  /**
   * `Cache-Control` and, as the case may be, `WWW-Authenticate`, `Retry-After`, `RateLimit-Policy`, `RateLimit`. Set before
   * `onDenied` is called.
   */
  readonly headers: Readonly<Record<string, string>>
  /** The default body, sent as `application/problem+json; charset=utf-8`. */
  readonly problem: ProblemDocument
  /** `problem` as JSON text. */
  readonly body: string
}

const howToSend = '"Authorization: Bearer <key>"'

/** The media type of the default body. */
export const problemMediaType = 'application/problem+json; charset=utf-8'

/** Why a request is denied. */
export interface DenialReason {
  readonly code: DenialCode
  readonly hint?: HttpHint
}

/** All denials one set of options can lead to, made at construction. */
export interface Denials {
  of(reason: DenialReason): Denial
  /** As `of`, for a guard that asks for permissions: named in body and challenge of denials for lack of them. */
  asking(permissions: readonly string[]): (reason: DenialReason) => Denial
  /** As `of` and `asking`, in words for those who came without a key. */
  toOthers(permissions?: readonly string[]): (reason: DenialReason) => Denial
}

/** What decides how denials look. */
export interface DenialOptions {
  readonly realm: string
  readonly verbose: boolean
  /** The header that may carry the bare token besides, as hosts write it. */
  readonly headerName?: string | undefined
}

/**
 * The problem document of a denial.
 *
 * @param headerName a header that may carry the bare token besides: named wherever a client is told how to send a key
 */
export function problemDocument(
  reason: DenialReason,
  requiredPermissions?: readonly string[],
  headerName?: string,
): ProblemDocument {
  const { code, hint } = bare(reason)
  const { title, status, detail: withoutHint } = denialTable[code]
  const detail = hint === undefined ? withoutHint : hintDetails[hint]
  return Object.freeze({
    type: `urn:claviger:problem:${code}`,
    title,
    status,
    detail: headerName === undefined ? detail : detail.replace(howToSend, `${howToSend}, or "${headerName}: <key>"`),
    code,
    ...(hint === undefined ? {} : { hint }),
    ...(requiredPermissions === undefined ? {} : { requiredPermissions: Object.freeze([...requiredPermissions]) }),
  })
}

/**
 * The `WWW-Authenticate` value of a denial (RFC 6750 section 3, RFC 9110 section 11.6.1), or undefined where a
 * challenge would be wrong: with 5xx the credential is not at fault.
 */
export function challenge(code: DenialCode, realm: string, scope: readonly string[] = []): string | undefined {
  const error = denialTable[code].challenge
  if (error === undefined) return undefined
  const parameters = [`realm="${realm}"`]
  if (error !== null) parameters.push(`error="${error}"`)
  if (scope.length > 0) parameters.push(`scope="${scope.join(' ')}"`)
  return `Bearer ${parameters.join(', ')}`
}

/** Makes every denial once, so that denying a request builds nothing. */
export function createDenials({ realm, verbose, headerName }: DenialOptions): Denials {
  const make = (reason: DenialReason, permissions?: readonly string[]): Denial =>
    makeDenial(problemDocument(reason, permissions, headerName), realm, permissions)
  const ready = new Map<string, Denial>()
  for (const code of Object.keys(denialTable) as DenialCode[]) {
    for (const hint of hintsOf(code)) {
      const reason = { code, ...(hint === undefined ? {} : { hint }) }
      ready.set(keyOf(reason), make(verbose ? reason : fold(reason)))
    }
  }
  const fallback = make({ code: 'temporarily_unavailable' })
  const of = (reason: DenialReason): Denial => ready.get(keyOf(reason)) ?? ready.get(reason.code) ?? fallback

  return {
    of,
    asking(permissions) {
      const lacking = new Map<DenialCode, Denial>()
      for (const code of ['insufficient_permission', 'owner_lacks_permission'] as const) {
        lacking.set(code, make({ code }, permissions))
      }
      return (reason) => lacking.get(reason.code) ?? of(reason)
    },
    toOthers(permissions) {
      const lacking = new Map<DenialCode, Denial>()
      for (const [code, detail] of Object.entries(othersDetails) as [DenialCode, string][]) {
        const asked = code === 'insufficient_permission' ? permissions : undefined
        const problem = Object.freeze({ ...problemDocument({ code }, asked, headerName), detail })
        lacking.set(code, makeDenial(problem, realm, asked))
      }
      return (reason) => lacking.get(reason.code) ?? of(reason)
    },
  }
}

/** The same denial for one request, with headers of its own. */
export function withHeaders(denial: Denial, headers: Readonly<Record<string, string>>): Denial {
  return Object.freeze({ ...denial, headers: Object.freeze({ ...denial.headers, ...headers }) })
}

/** Not verbose: a refused key is a refused key, and nothing tells which way. */
function fold({ code }: DenialReason): DenialReason {
  return { code: denialTable[code].status === 401 && code !== 'missing_credentials' ? 'invalid_key' : code }
}

function hintsOf(code: DenialCode): readonly (HttpHint | undefined)[] {
  if (code === 'missing_credentials') return [undefined, ...absenceHints]
  if (code !== 'malformed_key') return [undefined]
  const all = Object.keys(hintDetails) as HttpHint[]
  return [undefined, ...all.filter((hint) => !absenceHints.includes(hint))]
}

function keyOf(reason: DenialReason): string {
  const { code, hint } = bare(reason)
  return hint === undefined ? code : `${code} ${hint}`
}

function makeDenial(problem: ProblemDocument, realm: string, permissions?: readonly string[]): Denial {
  const { status, title, detail, code, hint, requiredPermissions } = bare(problem)
  const challengeValue = challenge(code, realm, permissions)
  return Object.freeze({
    status,
    code,
    title,
    detail,
    ...(hint === undefined ? {} : { hint }),
    ...(requiredPermissions === undefined ? {} : { requiredPermissions }),
    headers: Object.freeze({
      'Cache-Control': 'no-store',
      ...(challengeValue === undefined ? {} : { 'WWW-Authenticate': challengeValue }),
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    }),
    problem,
    body: JSON.stringify(problem),
  })
}
