import { bare } from '../input/plain-fields.ts'
import { isThenable } from '../input/thenable.ts'
import type { Keyring, KeyRequirement } from '../keyring.types.ts'
import type { ApiKey, RefusalCode } from '../verification/verification.ts'
import { type Decision, type Gate, pass } from './decision.ts'
import type { Denial, Denials, Refusal } from './denial.ts'
import { outcomesOf, type Passed } from './outcomes.ts'
import { createReporter, publishDenied } from './reporting.ts'
import type { HttpRequest } from './request.ts'

/** Why a key may not pass a guard; undefined when it may. */
type Verdict = (Refusal & { readonly code: RefusalCode }) | undefined

/** Makes guards: gates that go by what an authenticator of the same keyring found out about the request. */
export interface Guards<Host> {
  /** Passes keys for which nothing speaks against the requirement. */
  requirement(name: string, requirement: KeyRequirement): Gate<Host>
  workspace(selector: (host: Host) => unknown): Gate<Host>
  check(test: (apiKey: ApiKey, host: Host) => unknown): Gate<Host>
}

/** Makes the guards of one keyring. */
export function createGuards<Host>(keyring: Keyring, denials: Denials): Guards<Host> {
  const outcomes = outcomesOf(keyring)

  const guard = (
    name: string,
    judge: (apiKey: ApiKey, host: Host) => Verdict | Promise<Verdict>,
    denialOf: (refusal: Refusal) => Denial = (refusal) => denials.of(refusal),
  ): Gate<Host> => {
    const reporter = createReporter(keyring.redact)
    const deny = (refusal: Refusal, keyId?: string): Decision => {
      const denial = denialOf(refusal)
      publishDenied(denial, keyId)
      return { type: 'deny', denial }
    }
    const answer = (verdict: Verdict, request: HttpRequest, outcome: Passed): Decision => {
      if (verdict === undefined) {
        if (outcome.judgement !== undefined) outcome.judgement.isJudged = true
        return pass
      }
      // A note for the count of uses: refused after all.
      outcomes.set(request, { ...outcome, deniedBy: verdict.code })
      return deny(verdict, outcome.apiKey.id)
    }
    const fail = (error: unknown, { id }: ApiKey): Decision => {
      reporter.fault('CLAVIGER_GUARD_FAILED', name, 'it could not decide; the request was answered 500.', error)
      return deny({ code: 'guard_failed' }, id)
    }

    return (request, host) => {
      const outcome = outcomes.get(request)
      if (outcome === undefined) {
        reporter.fault(
          'CLAVIGER_GUARD_WITHOUT_AUTH',
          name,
          'no auth.authenticate() of the same keyring ran before this guard; the request was answered 500. Mount it first.',
        )
        return deny({ code: 'guard_without_auth' })
      }
      if (!outcome.ok) return deny(outcome, outcome.keyId)
      const { apiKey } = outcome
      try {
        const verdict = judge(apiKey, host)
        if (!isThenable(verdict)) return answer(verdict, request, outcome)
        return verdict.then(
          (late) => answer(late, request, outcome),
          (error: unknown) => fail(error, apiKey),
        )
      } catch (error) {
        return fail(error, apiKey)
      }
    }
  }

  const inWorkspace = (apiKey: ApiKey, workspaceId: unknown): Verdict => {
    if (typeof workspaceId === 'string' && workspaceId !== '') return keyring.guards.workspace(apiKey, workspaceId)
    throw new TypeError('Expected the selector to return the workspace id, a string that is not empty.')
  }

  return {
    requirement(name, requirement) {
      const { permissions, anyPermission } = bare(requirement)
      return guard(name, keyring.guards.requirement(requirement), denials.asking(permissions ?? anyPermission ?? []))
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
        return isThenable(result) ? Promise.resolve(result).then(verdictOf) : verdictOf(result)
      }),
  }
}

/** A truthy something is no yes: a forgotten comparison must not open the route. */
function verdictOf(result: unknown): Verdict {
  if (result === true) return undefined
  if (result === false) return { code: 'insufficient_permission' }
  throw new TypeError(`Expected the check to return true or false, got ${typeof result}.`)
}
