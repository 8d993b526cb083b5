import { type Actor, isClavigerError, type KeyManager, type Keyring } from '@claviger/core'
import { type Problem, problem } from '../problems/problem.ts'
import type { Authorize, HostRequest } from './host.ts'

/** Tells the host of a failure that the client is told nothing about. */
export type ReportFailure = (error: unknown, during: string, requestId: string) => void

/** Who makes a call and what it may call, or why it goes no further. */
export type Admission<Permission extends string = string> =
  | { readonly ok: true; readonly actor: Actor; readonly keys: KeyManager<Permission> }
  | { readonly ok: false; readonly problem: Problem; readonly redirect?: string }

/** What admitting is made of. */
export interface AdmissionParts<Permission extends string = string> {
  readonly keyring: Pick<Keyring<Permission>, 'as'>
  readonly authorize: Authorize
  readonly report: ReportFailure
}

/**
 * Asks the host who makes a call. Never lets anyone pass who is not a complete actor: null is 401, a `ForbiddenError`
 * 403; what else throws, or is anything else, is reported and answered with 500, or with 503 where Claviger's own infrastructure failed.
 *
 * The activity log gets the id of the request and the user agent, unless the actor's own `origin` says otherwise.
 */
export async function admit<Permission extends string>(
  { keyring, authorize, report }: AdmissionParts<Permission>,
  asked: HostRequest,
  requestId: string,
): Promise<Admission<Permission>> {
  try {
    const answer: unknown = await authorize(asked)
    if (answer === null) return { ok: false, problem: problem('unauthenticated') }
    if (isRedirect(answer)) return { ok: false, problem: problem('unauthenticated'), redirect: answer.redirect }
    requireActor(answer)
    // Says what is wrong with it, before a copy could hide that.
    keyring.as(answer)
    const actor = withOrigin(answer, asked.request, requestId)
    return { ok: true, actor, keys: keyring.as(actor) }
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_FORBIDDEN') {
      return { ok: false, problem: problem('forbidden', { detail: mayNot, fix: null }) }
    }
    report(error, 'authorize', requestId)
    const isOutage = isClavigerError(error) && outages.has(error.code)
    return { ok: false, problem: problem(isOutage ? 'store_unavailable' : 'internal_error') }
  }
}

const mayNot = 'You are known here, and may not use this.'

// A host that verifies a key in `authorize` meets these.
const outages: ReadonlySet<string> = new Set(['ERR_CLAVIGER_UNAVAILABLE', 'ERR_CLAVIGER_BUSY', 'ERR_CLAVIGER_CLOSED'])

function isRedirect(answer: unknown): answer is { readonly redirect: string } {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    Object.hasOwn(answer, 'redirect') &&
    typeof (answer as { readonly redirect: unknown }).redirect === 'string'
  )
}

function requireActor(answer: unknown): asserts answer is Actor {
  if (typeof answer === 'object' && answer !== null) return
  const got = answer === undefined ? 'undefined' : `a ${typeof answer}`
  throw new TypeError(`authorize must return an actor, or null to refuse; it returned ${got}.`)
}

function withOrigin(actor: Actor, { headers }: Request, requestId: string): Actor {
  const userAgent = headers.get('user-agent')
  return { ...actor, origin: { requestId, ...(userAgent !== null && { userAgent }), ...actor.origin } }
}
