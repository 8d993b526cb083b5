import { isQuotable } from '../input/describe-value.ts'
import { isThenable } from '../input/thenable.ts'
import { type Decision, passOn } from './decision.ts'
import { type Denial, type Denials, problemMediaType } from './denial.ts'
import { requireGuard } from './guarded.ts'
import type { LimitHeaders } from './limit-headers.ts'
import type { ResolvedOptions } from './options.ts'
import { createReporter, publishDenied } from './reporting.ts'
import type { HttpResponse } from './response.ts'
import { appendVary } from './vary.ts'

/** How a framework writes an answer of ours. */
export interface Answer<Context> {
  /** What `onDenied` gets. */
  readonly context: Context
  /** Takes back what others prepared; false when that is too late. */
  discard(): boolean
  /** Whether `onDenied` took care of the answer. */
  isAnswered(): boolean
  setStatus(status: number): void
  /** Sends the body; empty for none. */
  send(body: string): void
}

/** Carries out decisions on responses. */
export interface Responder<Context> {
  /** What is appended to `Vary`. */
  readonly vary: string
  /** Has `Vary` set when the head is written: for frameworks that take all headers back for an answer of their own. */
  keepVary(response: HttpResponse): void
  /**
   * Sets what every response gets. False when the request must neither pass nor be answered: other code has answered
   * it or begun to, in which case the connection is cut.
   */
  prepare(response: HttpResponse, decision: Decision): boolean
  /** Answers in place of the handler; in the same tick unless `onDenied` takes time. Never throws, never rejects. */
  refuse(response: HttpResponse, decision: Refusing, answer: Answer<Context>): void | Promise<void>
}

/** What is answered in place of the handler. */
export type Refusing = Extract<Decision, { readonly type: 'deny' | 'preflight' }>

/** Makes the responder of one set of options. */
export function createResponder<Context>(
  { vary, onDenied }: Pick<ResolvedOptions<Context>, 'vary' | 'onDenied'>,
  denials: Denials,
  redact: (text: string) => string,
): Responder<Context> {
  const reporter = createReporter(redact)
  const missing = ({ req }: HttpResponse): Denial => {
    const denial = denials.of({ code: 'guard_missing' })
    reporter.fault(
      'CLAVIGER_GUARD_MISSING',
      routeOf(req),
      'no guard let this request pass, and `guarded` demands one; it was answered 500. Add a guard to the route.',
    )
    publishDenied(denial, undefined)
    return denial
  }

  const sendProblem = (response: HttpResponse, denial: Denial, answer: Answer<Context>): void => {
    if (isGone(response)) return
    begin(response, denial, answer)
    response.setHeader('Content-Type', problemMediaType)
    response.setHeader('Content-Length', String(Buffer.byteLength(denial.body)))
    answer.send(denial.body)
  }
  const completed = (response: HttpResponse, denial: Denial, answer: Answer<Context>): void => {
    if (!answer.isAnswered()) sendProblem(response, denial, answer)
  }
  const failed = (response: HttpResponse, denial: Denial, answer: Answer<Context>, error: unknown): void => {
    reporter.fault('CLAVIGER_ON_DENIED_FAILED', 'onDenied', 'it failed; the request was still refused.', error)
    if (response.headersSent && !response.writableEnded) cut(response)
    else if (answer.discard()) sendProblem(response, denial, answer)
  }

  const setVary = (response: HttpResponse): void => {
    const varies = response.getHeader('Vary')
    // Behind an authenticator of ours, a guard finds it set.
    if (varies !== vary) response.setHeader('Vary', appendVary(varies, vary))
  }
  const carryOut = (response: HttpResponse, decision: Refusing, answer: Answer<Context>): void | Promise<void> => {
    if (isGone(response) || !answer.discard()) return undefined
    if (decision.type === 'preflight') {
      answer.setStatus(204)
      return answer.send('')
    }
    const { denial } = decision
    if (onDenied === undefined) return sendProblem(response, denial, answer)
    begin(response, denial, answer)
    try {
      const answering: unknown = onDenied(denial, answer.context)
      if (!isThenable(answering)) return completed(response, denial, answer)
      return Promise.resolve(answering).then(
        () => completed(response, denial, answer),
        (error: unknown) => failed(response, denial, answer, error),
      )
    } catch (error) {
      return failed(response, denial, answer, error)
    }
  }
  /** What cannot be answered must not continue. */
  const giveUp = (response: HttpResponse, error: unknown): void => {
    reporter.fault('CLAVIGER_ON_DENIED_FAILED', 'auth', 'a denial could not be sent; the connection was cut.', error)
    cut(response)
  }

  return {
    vary,

    keepVary(response) {
      const { writeHead } = response
      if (writeHead === undefined || response.headersSent) return
      const keeping = response as { writeHead: NonNullable<HttpResponse['writeHead']> }
      keeping.writeHead = function (...given) {
        if (!response.headersSent) setVary(response)
        return Reflect.apply(writeHead, response, given)
      }
    },

    prepare(response, decision) {
      if (decision === passOn) return true
      if (response.headersSent) {
        if (response.writableEnded) return false
        reporter.fault(
          'CLAVIGER_HEADERS_SENT',
          'auth',
          'something sent the response before authentication was through; the connection was cut. Mount auth first.',
        )
        cut(response)
        return false
      }
      setVary(response)
      if (decision.type !== 'pass') return true
      if (decision.expires !== undefined) response.setHeader('API-Key-Expires', decision.expires)
      if (decision.limits !== undefined) showLimits(response, decision.limits)
      if (decision.judgement !== undefined) requireGuard(response, decision.judgement, () => missing(response))
      return true
    },

    refuse(response, decision, answer) {
      try {
        const refusing = carryOut(response, decision, answer)
        return isThenable(refusing) ? refusing.then(undefined, (error: unknown) => giveUp(response, error)) : undefined
      } catch (error) {
        return giveUp(response, error)
      }
    },
  }
}

function begin<Context>(response: HttpResponse, { status, headers }: Denial, answer: Answer<Context>): void {
  answer.setStatus(status)
  if (status === 401) response.removeHeader('API-Key-Expires')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

function showLimits(response: HttpResponse, { policy, state }: LimitHeaders): void {
  response.setHeader('RateLimit-Policy', policy)
  if (state !== undefined) response.setHeader('RateLimit', state)
}

/** The client left. */
function isGone({ destroyed, headersSent }: HttpResponse): boolean {
  return destroyed === true && !headersSent
}

function cut(response: HttpResponse): void {
  if (response.destroy === undefined) response.stream?.destroy()
  else response.destroy()
}

/** Which route it was, as far as it may be told. */
function routeOf(request: unknown): string {
  const { method, originalUrl, url } = Object(request) as Record<string, unknown>
  const target = originalUrl ?? url
  const path = typeof target === 'string' ? (target.split('?', 1)[0] ?? '') : ''
  return typeof method === 'string' && isQuotable(path) ? `${method} ${path}` : 'a route'
}
