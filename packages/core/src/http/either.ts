import type { Door } from '../door.types.ts'
import { ConfigurationError } from '../errors/errors.ts'
import { kindOf } from '../input/describe-value.ts'
import { parseOptions } from '../input/parse-options.ts'
import { isThenable } from '../input/thenable.ts'
import { grantSet } from '../permissions/match.ts'
import { readSelection } from '../restrictions/read-selection.ts'
import type { Selection } from '../restrictions/selection.ts'
import { admitted } from './authenticator.ts'
import { type Decide, type Decision, pass } from './decision.ts'
import type { DenialReason, Denials } from './denial.ts'
import { countFailure } from './failures.ts'
import type { ResolvedOptions } from './options.ts'
import { createReporter, publishDenied } from './reporting.ts'
import type { HttpRequest } from './request.ts'
import { type Other, type RequestState, requestStatesOf } from './request-state.ts'

/**
 * Options of `either`: what the principal of the other authenticator may do. Each function gets Express's request or Koa's
 * context after that authenticator let the request pass, and returns a value or a promise. What you leave out, the
 * principal does not have. A function that fails or returns anything else answers 500.
 */
export interface EitherOptions<Host> {
  /**
   * The grants of the principal, wildcards allowed; names that you have not declared do not count. Null when there is no
   * principal: 401 `missing_credentials`, or with `optional` the request passes as anonymous. Left out: no grants.
   */
  readonly permissionsOf?:
    | ((host: Host) => readonly string[] | null | PromiseLike<readonly string[] | null>)
    | undefined
  /** The workspace of the principal, or all of them, for `auth.workspace`; null for none. Left out: none. */
  readonly workspace?: Selector<Host> | undefined
  /** The environment of the principal, or all of them, for `auth.environment`; null for none. Left out: none. */
  readonly environment?: Selector<Host> | undefined
  /**
   * The resources that the principal reaches, for `auth.resource`: by declared type ids, and all of a type that is absent;
   * null for none of any. Left out: none.
   */
  readonly resources?: ((host: Host) => Reached | PromiseLike<Reached>) | undefined
}

type Reached = Readonly<Record<string, readonly string[]>> | null

type Selected = string | readonly string[] | null
type Selector<Host> = (host: Host) => Selected | PromiseLike<Selected>

const names = ['permissionsOf', 'workspace', 'environment', 'resources'] as const
const maxIds = 10_000

/** @throws {ConfigurationError} for an unknown option, and for one that is not a function */
export function readEitherOptions<Host>(given: unknown): EitherOptions<Host> {
  const options = parseOptions<EitherOptions<Host>>('auth.either', given, names)
  for (const name of names) {
    if (!(name in options) || typeof options[name] === 'function') continue
    throw new ConfigurationError(name, `Expected \`${name}\` to be a function, got ${kindOf(options[name])}.`)
  }
  return options
}

/**
 * Decides about a request that the other authenticator let pass: reads what its principal may do, and keeps it for guards.
 *
 * @param by tells this `either` from others
 */
export function createAdmission<Host>(
  door: Door,
  options: EitherOptions<Host>,
  { optional, guarded }: Pick<ResolvedOptions<never>, 'optional' | 'guarded'>,
  denials: Denials,
  by: object,
): Decide<Host> {
  const states = requestStatesOf(door)
  const reporter = createReporter(door.redact)
  const principalOf = principalReader(options, door)

  const deny = (request: HttpRequest, reason: DenialReason): Decision => {
    const denial = denials.of(reason)
    publishDenied(denial, undefined)
    if (denial.status === 401) countFailure(request)
    return { type: 'deny', denial }
  }
  const conclude = (state: RequestState, principal: Principal | null): Decision => {
    const { found } = state
    if (found.ok) return fail(state, new TypeError('The other authenticator passed a request that has a key.'))
    // Whom an `either` before this one let pass counts no more.
    const { other: _, ...absent } = found
    if (principal === null) {
      states.set({ ...state, found: absent })
      return optional ? pass : deny(state.request, { code: 'missing_credentials' })
    }
    const next: RequestState = { ...state, found: { ...absent, other: { ...principal, by } } }
    states.set(next)
    return admitted(next, guarded)
  }
  const fail = (state: RequestState, error: unknown): Decision => {
    reporter.fault(
      'CLAVIGER_GUARD_FAILED',
      'auth.either()',
      'it could not tell what the principal of the other authenticator may do; the request was answered 500.',
      error,
    )
    states.set({ ...state, found: { ok: false, code: 'guard_failed' } })
    return deny(state.request, { code: 'guard_failed' })
  }

  return (request, host) => {
    const state = states.get(request)
    if (state === undefined) return deny(request, { code: 'guard_without_auth' })
    try {
      const other = principalOf(host)
      return isThenable(other)
        ? Promise.resolve(other).then(
            (late) => conclude(state, late),
            (error: unknown) => fail(state, error),
          )
        : conclude(state, other)
    } catch (error) {
      return fail(state, error)
    }
  }
}

type Principal = Omit<Other, 'by'>

/** Grants first: where there is no principal, nothing else is asked about it. */
function principalReader<Host>(
  {
    permissionsOf = () => [],
    workspace = () => null,
    environment = () => null,
    resources = () => null,
  }: EitherOptions<Host>,
  { permissions: catalogue, resources: types }: Pick<Door, 'permissions' | 'resources'>,
): (host: Host) => Principal | null | Promise<Principal | null> {
  const withGrants = (given: unknown, host: Host): Principal | null | Promise<Principal | null> => {
    if (given === null) return null
    const grants = grantSet(textsIn('permissionsOf', given))
    const permissions = Object.freeze(catalogue.names.filter((name) => grants.has(name)))
    const make = (workspaces: unknown, environments: unknown, reached: unknown): Principal => ({
      permissions,
      workspaceIds: selectedBy('workspace', workspaces),
      environments: selectedBy('environment', environments),
      resources: reachedBy(reached, types),
    })
    const answers = [workspace(host), environment(host), resources(host)] as const
    if (!answers.some(isThenable)) return make(...answers)
    const late = Promise.all(answers.map(async (answer) => answer))
    return late.then(([workspaces, environments, reached]) => make(workspaces, environments, reached))
  }
  return (host) => {
    const grants = permissionsOf(host)
    return isThenable(grants)
      ? Promise.resolve(grants).then((late) => withGrants(late, host))
      : withGrants(grants, host)
  }
}

function selectedBy(name: string, selected: unknown): readonly string[] {
  if (selected === null) return []
  return textsIn(name, typeof selected === 'string' ? [selected] : selected)
}

function reachedBy(given: unknown, types: readonly string[]): Selection | null {
  if (given === null) return null
  return readSelection(given, {
    field: 'resources',
    types,
    maxIds,
    mayBeEmpty: true,
    refuse: (_, message) => new TypeError(`\`resources\` of auth.either() is wrong. ${message}`),
  })
}

/** A copy: what the application changes later changes nothing. */
function textsIn(name: string, given: unknown): readonly string[] {
  if (Array.isArray(given)) {
    const texts = Array.from(given as readonly unknown[])
    // A scope that is empty, split at its spaces, is a list of one empty text.
    if (texts.every((text) => typeof text === 'string' && (text !== '' || name === 'permissionsOf'))) {
      return texts as readonly string[]
    }
  }
  throw new TypeError(
    `Expected \`${name}\` of auth.either() to return ${name === 'permissionsOf' ? 'a list of texts' : 'a text, a list of texts'} ` +
      `or null, got ${Array.isArray(given) ? 'a list with something else' : kindOf(given)}.`,
  )
}
