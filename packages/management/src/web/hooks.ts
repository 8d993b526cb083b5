import type { Actor } from '@claviger/core'
import { type Problem, problem } from '../problems/problem.ts'
import type { ManagementAction } from './actions.ts'
import type { HostRequest } from './host.ts'

/** What the hooks of a host learn about a call. */
export interface ManagementCall extends HostRequest {
  readonly actor: Actor
  readonly action: ManagementAction
  /** The key or service account in the path, where there is one: as it was sent, whether it exists or not. */
  readonly targetId: string | undefined
}

/** `true` to go on; else when it may be tried again. */
export type LimitAnswer = true | { readonly retryAfterSeconds: number }

/**
 * Limits how often an actor calls: creating a key costs an argon2 hash. Asked once per call, before anything is read or
 * parsed. A no is 429 with `Retry-After`.
 */
export type Limit = (call: ManagementCall) => LimitAnswer | Promise<LimitAnswer>

/** `true` to go on; false, or where to sign in again, for 403 `step_up_required`. */
export type StepUpAnswer = boolean | { readonly redirect: string }

/** Asks for a recent or stronger sign-in before something is changed. Asked for every action that changes anything. */
export type StepUp = (call: ManagementCall) => StepUpAnswer | Promise<StepUpAnswer>

/** Asks the host's limit. @throws what it throws, and for an invalid answer */
export async function limited(limit: Limit | undefined, call: ManagementCall): Promise<Problem | undefined> {
  const answer: unknown = limit === undefined ? true : await limit(call)
  if (answer === true) return undefined
  const seconds =
    typeof answer === 'object' && answer !== null && 'retryAfterSeconds' in answer && answer.retryAfterSeconds
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
    throw new TypeError('limit must return true, or { retryAfterSeconds } with a number.')
  }
  return problem('rate_limited', {}, { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) })
}

/** Asks for the host's step-up. @throws what it throws, and for an invalid answer */
export async function steppedUp(stepUp: StepUp | undefined, call: ManagementCall): Promise<Problem | undefined> {
  const answer: unknown = stepUp === undefined ? true : await stepUp(call)
  if (answer === true) return undefined
  if (answer === false) return problem('step_up_required')
  const redirect = typeof answer === 'object' && answer !== null && 'redirect' in answer && answer.redirect
  if (typeof redirect !== 'string') throw new TypeError('stepUp must return true, false, or { redirect } with a URL.')
  return problem('step_up_required', { stepUpUrl: redirect })
}
