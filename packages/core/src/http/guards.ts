import type { Door } from '../door.types.ts'
import { bare } from '../input/plain-fields.ts'
import { isThenable } from '../input/thenable.ts'
import type { KeyRequirement } from '../keyring.types.ts'
import { reaches } from '../restrictions/selection.ts'
import type { ApiKey, RefusalCode } from '../verification/verification.ts'
import { type Decide, type Decision, pass, passOn } from './decision.ts'
import type { Denial, DenialReason, Denials } from './denial.ts'
import { countFailure } from './failures.ts'
import { createReporter, publishDenied } from './reporting.ts'
import type { HttpRequest } from './request.ts'
import { type Other, type RequestState, requestStatesOf } from './request-state.ts'
import { giveBackAll } from './taken.ts'

/** Why a key may not pass a guard; undefined when it may. */
type Objection = (DenialReason & { readonly code: RefusalCode }) | undefined

/** What a guard says of those whom another authenticator let pass. Each guard has to say it. */
interface ForOthers<Host> {
  judge(other: Other, host: Host): Objection | Promise<Objection>
  /** The permissions that a denial names. */
  readonly permissions: readonly string[] | undefined
}

/** Makes guards, which go by what an authenticator of the same keyring found out about the request. */
export interface Guards<Host> {
  /** Passes keys for which nothing speaks against the requirement. */
  requirement(name: string, requirement: KeyRequirement): Decide<Host>
  workspace(selector: (host: Host) => unknown): Decide<Host>
  /** Passes keys that reach the resource of this type that the selector names. It does not count where a guard is demanded. */
  resource(type: string, selector: (host: Host) => unknown): Decide<Host>
  check(test: (apiKey: ApiKey, host: Host) => unknown, testOthers: ((host: Host) => unknown) | undefined): Decide<Host>
}

/** Makes the guards of one keyring. */
export function createGuards<Host>(door: Door, denials: Denials): Guards<Host> {
  const states = requestStatesOf(door)

  const guard = (
    name: string,
    judge: (apiKey: ApiKey, host: Host) => Objection | Promise<Objection>,
    others: ForOthers<Host>,
    denialOf: (reason: DenialReason) => Denial = (reason) => denials.of(reason),
    isJudgement = true,
  ): Decide<Host> => {
    const reporter = createReporter(door.redact)
    const denialOfOthers = denials.toOthers(others.permissions)
    const deny = (request: HttpRequest, reason: DenialReason, keyId?: string, toDenial = denialOf): Decision => {
      const denial = toDenial(reason)
      publishDenied(denial, keyId)
      if (denial.status === 401) countFailure(request)
      return { type: 'deny', denial }
    }
    /** `apiKey` is undefined for others. */
    const conclude = (objection: Objection, state: RequestState, apiKey: ApiKey | undefined): Decision => {
      if (objection === undefined) {
        if (isJudgement && state.judgement !== undefined) state.judgement.isJudged = true
        return passOn
      }
      // A note for the count of uses: denied after all.
      state.deniedBy = objection
      giveBackAll(state, (error) =>
        reporter.fault(
          'CLAVIGER_LIMITER_FAILED',
          name,
          'a limiter could not take back what a refused request took.',
          error,
        ),
      )
      return apiKey === undefined
        ? deny(state.request, objection, undefined, denialOfOthers)
        : deny(state.request, objection, apiKey.id)
    }
    const fail = (error: unknown, request: HttpRequest, apiKey: ApiKey | undefined): Decision => {
      reporter.fault('CLAVIGER_GUARD_FAILED', name, 'it could not decide; the request was answered 500.', error)
      return deny(request, { code: 'guard_failed' }, apiKey?.id)
    }
    const unmounted = (request: HttpRequest): Decision => {
      reporter.fault(
        'CLAVIGER_GUARD_WITHOUT_AUTH',
        name,
        'no auth.authenticate() of the same keyring ran before this guard; the request was answered 500. Mount it first.',
      )
      return deny(request, { code: 'guard_without_auth' })
    }
    const concludeLater = (
      later: PromiseLike<Objection>,
      state: RequestState,
      apiKey: ApiKey | undefined,
    ): Promise<Decision> =>
      Promise.resolve(later).then(
        (objection) => {
          const decision = conclude(objection, state, apiKey)
          return decision === passOn ? pass : decision
        },
        (error: unknown) => fail(error, state.request, apiKey),
      )

    const judgeOther = (other: Other, state: RequestState, host: Host): Decision | Promise<Decision> => {
      try {
        const objection = others.judge(other, host)
        return isThenable(objection)
          ? concludeLater(objection, state, undefined)
          : conclude(objection, state, undefined)
      } catch (error) {
        return fail(error, state.request, undefined)
      }
    }

    return (request: HttpRequest, host) => {
      const state = states.get(request)
      if (state === undefined) return unmounted(request)
      const { found } = state
      if (!found.ok) {
        return found.other === undefined ? deny(request, found, found.keyId) : judgeOther(found.other, state, host)
      }
      const { apiKey } = found
      try {
        const objection = judge(apiKey, host)
        return isThenable(objection) ? concludeLater(objection, state, apiKey) : conclude(objection, state, apiKey)
      } catch (error) {
        return fail(error, request, apiKey)
      }
    }
  }

  const selecting = (
    selector: (host: Host) => unknown,
    host: Host,
    parse: (selected: unknown) => string,
    judge: (id: string) => Objection,
  ): Objection | Promise<Objection> => {
    const selected = selector(host)
    return isThenable(selected) ? Promise.resolve(selected).then((late) => judge(parse(late))) : judge(parse(selected))
  }

  return {
    requirement(name, requirement) {
      const { permissions, anyPermission } = bare(requirement)
      const asked = permissions ?? anyPermission ?? []
      const others: ForOthers<Host> = {
        judge: (other) => objectionToOther(other, requirement),
        permissions: asked.length > 0 ? asked : undefined,
      }
      return guard(name, door.guards.requirement(requirement), others, denials.asking(asked))
    },
    workspace: (selector) =>
      guard(
        'auth.workspace()',
        (apiKey, host) =>
          selecting(selector, host, requireWorkspace, (workspaceId) => door.guards.workspace(apiKey, workspaceId)),
        {
          // Not `wrong_workspace`: its 401 would tell a client that its session or its token is worth nothing.
          judge: ({ workspaceIds }, host) =>
            selecting(selector, host, requireWorkspace, (workspaceId) =>
              workspaceIds.includes(workspaceId) ? undefined : notAllowed,
            ),
          permissions: undefined,
        },
      ),
    resource: (type, selector) =>
      guard(
        `auth.resource('${type}')`,
        (apiKey, host) => selecting(selector, host, requireId, (id) => door.guards.resource(apiKey, type, id)),
        {
          judge: ({ resources }, host) =>
            selecting(selector, host, requireId, (id) =>
              resources !== null && reaches(resources, type, id) ? undefined : notReached,
            ),
          permissions: undefined,
        },
        undefined,
        // A key that is not limited passes it: it says what a key may be used for, and not who may come.
        false,
      ),
    check: (test, testOthers) =>
      guard('auth.check()', (apiKey, host) => judged(test(apiKey, host)), {
        judge: (_other, host) => (testOthers === undefined ? notAllowed : judged(testOthers(host))),
        permissions: undefined,
      }),
  }
}

const notAllowed: Objection = Object.freeze({ code: 'insufficient_permission' })
const notReached: Objection = Object.freeze({ code: 'resource_not_allowed' })

/** What is asked for and not looked at here, no other principal has. */
function objectionToOther(other: Other, requirement: KeyRequirement): Objection {
  const { permissions, anyPermission, environment, ...more } = bare(requirement)
  const has = (permission: string): boolean => other.permissions.includes(permission)
  const isOf = (name: string): boolean => other.environments.includes(name)
  const environments = typeof environment === 'string' ? [environment] : environment
  if (Object.keys(more).length > 0) return notAllowed
  if (permissions !== undefined && !permissions.every(has)) return notAllowed
  if (anyPermission !== undefined && !anyPermission.some(has)) return notAllowed
  return environments === undefined || environments.some(isOf) ? undefined : { code: 'wrong_environment' }
}

function requireWorkspace(workspaceId: unknown): string {
  if (typeof workspaceId === 'string' && workspaceId !== '') return workspaceId
  throw new TypeError('Expected the selector to return the workspace id, a string that is not empty.')
}

function requireId(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id
  throw new TypeError('Expected the selector to return the id of a resource, a string that is not empty.')
}

function judged(result: unknown): Objection | Promise<Objection> {
  return isThenable(result) ? Promise.resolve(result).then(objectionOf) : objectionOf(result)
}

/** A truthy something is no yes: a forgotten comparison must not open the route. */
function objectionOf(result: unknown): Objection {
  if (result === true) return undefined
  if (result === false) return { code: 'insufficient_permission' }
  throw new TypeError(`Expected the check to return true or false, got ${typeof result}.`)
}
