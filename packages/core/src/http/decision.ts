import type { ApiKey } from '../verification/verification.ts'
import type { Denial } from './denial.ts'
import type { Judgement } from './guarded.ts'
import type { LimitHeaders } from './limit-headers.ts'
import type { HttpRequest } from './request.ts'
import type { HttpResponse } from './response.ts'

/** The decision about a request: pass, deny, or answer a preflight. */
export type Decision =
  | {
      readonly type: 'pass'
      /** The key to hand to the application; undefined where there is none, or where it was handed over already. */
      readonly apiKey: ApiKey | undefined
      /** The value of `API-Key-Expires`, if the client should be told. */
      readonly expires: string | undefined
      /** Where a guard must have let the request pass before a handler answers. */
      readonly judgement?: Judgement | undefined
      /** What the response says of the limits that the request was counted by. */
      readonly limits?: LimitHeaders | undefined
    }
  | { readonly type: 'deny'; readonly denial: Denial }
  /** A CORS preflight: 204 without a body. */
  | { readonly type: 'preflight' }
  /** No key came: the application's own authenticator is asked, and `admit` of the step decides about those it lets pass. */
  | { readonly type: 'other' }

/**
 * Decides about a request. Total: never throws, never rejects, and answers in the same tick when it can.
 *
 * @param host what the framework's own functions get: Express's request, Koa's context
 * @param response when it is through, its status is counted; without it, a use counts as soon as the key is verified
 */
export type Decide<Host> = (request: HttpRequest, host: Host, response?: HttpResponse) => Decision | Promise<Decision>

/** The request passes, without a key to hand over. */
export const pass: Extract<Decision, { readonly type: 'pass' }> = Object.freeze({
  type: 'pass',
  apiKey: undefined,
  expires: undefined,
  judgement: undefined,
  limits: undefined,
})

/** A guard lets the request pass in the tick in which it was asked: nothing of the response has changed since. */
export const passOn: typeof pass = Object.freeze({ ...pass })

/** The application's own authenticator is asked. */
export const askOther: Extract<Decision, { readonly type: 'other' }> = Object.freeze({ type: 'other' })

/** The request is a CORS preflight. */
export const preflight: Extract<Decision, { readonly type: 'preflight' }> = Object.freeze({ type: 'preflight' })
