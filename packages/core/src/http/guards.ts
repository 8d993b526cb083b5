import type { Door } from '../door.types.ts'
import { bare } from '../input/plain-fields.ts'
import { isThenable } from '../input/thenable.ts'
import type { KeyRequirement } from '../keyring.types.ts'
import type { ApiKey, RefusalCode } from '../verification/verification.ts'
import { type Decide, type Decision, pass, passOn } from './decision.ts'
import type { Denial, DenialReason, Denials } from './denial.ts'
import { countFailure } from './failures.ts'
import { createReporter, publishDenied } from './reporting.ts'
import type { HttpRequest } from './request.ts'
import { type RequestState, requestStatesOf } from './request-state.ts'
import { giveBackAll } from './taken.ts'

/** Why a key may not pass a guard; undefined when it may. */
type Objection = (DenialReason & { readonly code: RefusalCode }) | undefined

/** Makes guards, which go by what an authenticator of the same keyring found out about the request. */
export interface Guards<Host> {
  /** Passes keys for which nothing speaks against the requirement. */
  requirement(name: string, requirement: KeyRequirement): Decide<Host>
  workspace(selector: (host: Host) => unknown): Decide<Host>
  check(test: (apiKey: ApiKey, host: Host) => unknown): Decide<Host>
}

/** Makes the guards of one keyring. */
export function createGuards<Host>(door: Door, denials: Denials): Guards<Host> {
  const states = requestStatesOf(door)

  const guard = (
    name: string,
    judge: (apiKey: ApiKey, host: Host) => Objection | Promise<Objection>,
    denialOf: (reason: DenialReason) => Denial = (reason) => denials.of(reason),
  ): Decide<Host> => {
    const reporter = createReporter(door.redact)
    const deny = (request: HttpRequest, reason: DenialReason, keyId?: string): Decision => {
      const denial = denialOf(reason)
      publishDenied(denial, keyId)
      if (denial.status === 401) countFailure(request)
      return { type: 'deny', denial }
    }
    const conclude = (objection: Objection, state: RequestState, { id }: ApiKey): Decision => {
      if (objection === undefined) {
        if (state.judgement !== undefined) state.judgement.isJudged = true
        return passOn
      }
      // A note for the count of uses: denied after all.
      state.deniedBy = objection.code
      giveBackAll(state, (error) =>
        reporter.fault(
          'CLAVIGER_LIMITER_FAILED',
          name,
          'a limiter could not take back what a refused request took.',
          error,
        ),
      )
      return deny(state.request, objection, id)
    }
    const fail = (error: unknown, request: HttpRequest, { id }: ApiKey): Decision => {
      reporter.fault('CLAVIGER_GUARD_FAILED', name, 'it could not decide; the request was answered 500.', error)
      return deny(request, { code: 'guard_failed' }, id)
    }
    const unmounted = (request: HttpRequest): Decision => {
      reporter.fault(
        'CLAVIGER_GUARD_WITHOUT_AUTH',
        name,
        'no auth.authenticate() of the same keyring ran before this guard; the request was answered 500. Mount it first.',
      )
      return deny(request, { code: 'guard_without_auth' })
    }
    const concludeLater = (later: PromiseLike<Objection>, state: RequestState, apiKey: ApiKey): Promise<Decision> =>
      Promise.resolve(later).then(
        (objection) => {
          const decision = conclude(objection, state, apiKey)
          return decision === passOn ? pass : decision
        },
        (error: unknown) => fail(error, state.request, apiKey),
      )

    return (request: HttpRequest, host) => {
      const state = states.get(request)
      if (state === undefined) return unmounted(request)
      const { found } = state
      if (!found.ok) return deny(request, found, found.keyId)
      const { apiKey } = found
      try {
        const objection = judge(apiKey, host)
        return isThenable(objection) ? concludeLater(objection, state, apiKey) : conclude(objection, state, apiKey)
      } catch (error) {
        return fail(error, request, apiKey)
      }
    }
  }

  const inWorkspace = (apiKey: ApiKey, workspaceId: unknown): Objection => {
    if (typeof workspaceId === 'string' && workspaceId !== '') return door.guards.workspace(apiKey, workspaceId)
    throw new TypeError('Expected the selector to return the workspace id, a string that is not empty.')
  }

  return {
    requirement(name, requirement) {
      const { permissions, anyPermission } = bare(requirement)
      return guard(name, door.guards.requirement(requirement), denials.asking(permissions ?? anyPermission ?? []))
    },
    workspace: (selector) =>
      guard('auth.workspace()', (apiKey, host) => {
        const selected = selector(host)
        return isThenable(selected)
          ? Promise.resolve(selected).then((workspaceId) => inWorkspace(apiKey, workspaceId))
          : inWorkspace(apiKey, selected)
      }),
    check: (test) =>
      guard('auth.check()', (apiKey, host) => {
        const result = test(apiKey, host)
        return isThenable(result) ? Promise.resolve(result).then(objectionOf) : objectionOf(result)
      }),
  }
}

/** A truthy something is no yes: a forgotten comparison must not open the route. */
function objectionOf(result: unknown): Objection {
  if (result === true) return undefined
  if (result === false) return { code: 'insufficient_permission' }
  throw new TypeError(`Expected the check to return true or false, got ${typeof result}.`)
}
