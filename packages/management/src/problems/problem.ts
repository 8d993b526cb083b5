import { privateHeaders } from './headers.ts'
import { type ProblemCode, problemTable } from './table.ts'

/** One thing that is wrong with a request: in its body, a parameter of its query, or a header. */
export interface ProblemItem {
  /** Where in the body, as a JSON pointer (RFC 6901): `/permissions/3`; empty for the whole body. */
  readonly pointer?: string
  /** The parameter of the query. */
  readonly parameter?: string
  /** The request header. */
  readonly header?: string
  /** What is wrong, in a sentence. Never repeats a value. */
  readonly message: string
  /** What to do about it. */
  readonly fix?: string
}

/** What a problem says besides the text of its code. */
export interface ProblemDetails {
  /** In place of the usual one of the code. */
  readonly detail?: string
  /** In place of the usual one of the code. */
  readonly fix?: string | null
  readonly errors?: readonly ProblemItem[]
  /** What the key is, where it has ended. */
  readonly keyStatus?: 'revoked' | 'expired'
  /** When the previous secret stops working. */
  readonly overlapEndsAt?: string
  /** The permissions that are not held. */
  readonly missing?: readonly string[]
  /** Where a person signs in again. */
  readonly stepUpUrl?: string
}

/** Why a request is not answered as it asked, ready to be shown. */
export interface Problem extends ProblemDetails {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly fix: string | null
  /** Headers of the response besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>
}

/** RFC 9457 problem details, in the order the members are sent. */
export interface ManagementProblem extends Omit<ProblemDetails, 'fix'> {
  /** `urn:claviger:problem:<code>` */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  /** What to do about it. */
  readonly fix?: string
  /** Stands in `X-Request-Id`, in the activity log, and in what the host was told. */
  readonly requestId: string
}

/** Makes a problem of a code, in the words of its table or of the case at hand. */
export function problem(
  code: ProblemCode,
  more: ProblemDetails = {},
  headers: Readonly<Record<string, string>> = {},
): Problem {
  const { status, title, detail, fix } = problemTable[code]
  const retry: Readonly<Record<string, string>> = status === 503 ? { 'Retry-After': '1' } : {}
  return { code, status, title, detail, fix, ...more, headers: { ...retry, ...headers } }
}

/** The document of a problem. */
export function problemDocument(
  { code, status, title, detail, fix, headers: _, ...more }: Problem,
  requestId: string,
): ManagementProblem {
  const type = `urn:claviger:problem:${code}`
  return { type, title, status, code, detail, ...(fix !== null && { fix }), requestId, ...more }
}

/** The answer to a request that has a problem, as `application/problem+json`. */
export function problemResponse(found: Problem, requestId: string): Response {
  return new Response(JSON.stringify(problemDocument(found, requestId)), {
    status: found.status,
    headers: {
      ...privateHeaders,
      ...found.headers,
      'Content-Type': 'application/problem+json; charset=utf-8',
      'X-Request-Id': requestId,
    },
  })
}
