import type { Denial } from './denial.ts'
import { problemMediaType } from './denial.ts'
import type { HttpResponse } from './response.ts'

/** Whether a guard has let a request pass, for authenticators that demand one. */
export interface Judgement {
  isJudged: boolean
  /** Whether the response is watched already. */
  isWatched: boolean
}

/** The parts of Node's response that begin an answer. */
const beginnings = ['writeHead', 'flushHeaders', 'write', 'end'] as const

/**
 * Watches a response until its head is about to be written. A success or a redirection that no guard stood before is
 * replaced by a denial; errors, such as the 404 of a path without a route, go out as they are.
 *
 * @param missing makes the denial, and tells the host
 */
export function requireGuard(response: HttpResponse, judgement: Judgement, missing: () => Denial): void {
  if (judgement.isWatched) return
  judgement.isWatched = true
  const target = response as HttpResponse & Record<string, unknown>
  const prepared = { ...response.getHeaders?.() }
  let state: 'waiting' | 'open' | 'refused' = 'waiting'

  const inspect = (status: unknown): void => {
    state = 'open'
    if (judgement.isJudged || response.headersSent || (typeof status === 'number' && status >= 400)) return
    answer(target, prepared, missing())
    state = 'refused'
  }

  for (const name of beginnings) {
    const original = target[name]
    if (typeof original !== 'function') continue
    target[name] = function (this: unknown, ...given: unknown[]): unknown {
      if (state === 'waiting') inspect(name === 'writeHead' ? given[0] : response.statusCode)
      // A stream that is written to must come to its end, though nothing of it is sent.
      if (state === 'refused') return name === 'write' ? true : response
      return Reflect.apply(original, this, given)
    }
  }
}

/** What the handler prepared is taken back, what was there before it stays. */
function answer(
  response: HttpResponse & Record<string, unknown>,
  prepared: Readonly<Record<string, unknown>>,
  { status, headers, body }: Denial,
): void {
  for (const name of Object.keys(response.getHeaders?.() ?? {})) {
    if (!(name in prepared)) response.removeHeader(name)
  }
  for (const [name, value] of Object.entries({ ...prepared, ...headers })) response.setHeader(name, value as string)
  response.removeHeader('API-Key-Expires')
  response.setHeader('Content-Type', problemMediaType)
  response.setHeader('Content-Length', String(Buffer.byteLength(body)))
  Object.assign(response, { statusCode: status, statusMessage: '' })
  response.end?.(body)
}
