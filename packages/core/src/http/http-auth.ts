import { doorOf } from '../door.ts'
import type { Door } from '../door.types.ts'
import { ConfigurationError } from '../errors/errors.ts'
import { nearest } from '../input/nearest.ts'
import { kindOf, describeValue } from '../input/describe-value.ts'
import { isThenable } from '../input/thenable.ts'
import type { Keyring, KeyRequirement } from '../keyring.types.ts'
import { undeclared } from '../restrictions/read-selection.ts'
import type { ApiKeyAuth } from './api-key-auth.ts'
import {
  type AddressSource,
  believedAddress,
  createAddressJudge,
  createCallerAddress,
  type JudgeAddress,
  unknownAddress,
} from './client-address.ts'
import { createAuthenticator } from './authenticator.ts'
import type { Decide } from './decision.ts'
import { createAdmission, type EitherOptions, readEitherOptions } from './either.ts'
import { createDenials } from './denial.ts'
import { createFailureGuard } from './failure-guard.ts'
import { createGuards } from './guards.ts'
import { createLimitGuard } from './limit-guard.ts'
import { type HttpAuthOptions, isRequestLike, notCalled, readOptions, resolveOptions } from './options.ts'
import { createResponder, type Responder } from './responder.ts'

/** What becomes a middleware: it decides about a request, and has what is needed to carry its decisions out. */
export interface AuthStep<Host, Context, Other = unknown> {
  readonly decide: Decide<Host>
  readonly responder: Responder<Context>
  /** Whether it decides the identity of the request: then it calls `identify`, also for an anonymous request. */
  readonly identifies: boolean
  /** Where decisions can be `other`: whom to ask then, and what decides about a request when that lets it pass. */
  readonly either?: { readonly other: Other; readonly admit: Decide<Host> }
}

/**
 * Everything the adapters share. All checks of options, permissions and environments happen here, at construction.
 *
 * @param keyring from `createKeyring`
 * @param addresses where the framework tells the address of a client, unless `clientAddress` does. Default: nowhere
 * @throws {ConfigurationError} for something that is not a keyring, or a wrong option or guard argument
 */
export function createHttpAuth<
  Permission extends string,
  Host,
  Middleware,
  Context = Host,
  Other = Middleware,
  Resource extends string = string,
>(
  keyring: Keyring<Permission, Resource>,
  options: HttpAuthOptions<Context, Host> | undefined,
  toMiddleware: (step: AuthStep<Host, Context, Other>) => Middleware,
  addresses: AddressSource<Host> = unknownAddress,
): ApiKeyAuth<Permission, Host, Middleware, Context, Other, Resource> {
  const door = requireDoor(keyring)
  const { permissions: catalogue, resources: resourceTypes, redact } = door
  const { environments } = door.grammar
  const given = readOptions<Context, Host>(options)
  const resolved = resolveOptions<Context, Host>(given)
  const denials = createDenials(resolved)
  const guards = createGuards<Host>(door, denials)
  const limitGuard = createLimitGuard<Host>(door, denials)
  const failureGuard = createFailureGuard<Host>(door, denials, believedAddress(resolved.clientAddress, addresses))
  const responder = createResponder(resolved, denials, redact)
  const judgeAddress = ({ clientAddress }: typeof resolved): JudgeAddress<Host> =>
    createAddressJudge(clientAddress, addresses, redact)
  const callerAddress = ({ clientAddress }: typeof resolved): ((host: Host) => string | undefined) | undefined =>
    door.noteCaller && createCallerAddress(clientAddress, addresses, redact)
  const guard = (name: string, decide: Decide<Host>): Middleware =>
    named(name, toMiddleware({ decide, responder, identifies: false }))

  const permissionGuard = (
    call: 'require' | 'requireAny',
    name: string,
    permissions: readonly Permission[],
    requirement: KeyRequirement,
  ): Middleware => {
    requireNames(call, permissions, (known) => catalogue.has(known), catalogue.names, 'permission')
    return guard(name, guards.requirement(`auth.${call}(${quoted(permissions)})`, requirement))
  }

  return {
    authenticate(overrides) {
      const own = resolveOptions<Context, Host>(given, overrides)
      const ownDenials = createDenials(own)
      return named(
        'apiKeyAuthenticate',
        toMiddleware({
          decide: createAuthenticator(door, own, ownDenials, judgeAddress(own), callerAddress(own)),
          responder: createResponder(own, ownDenials, redact),
          identifies: true,
        }),
      )
    },
    either(other, eitherOptions?: EitherOptions<Host>) {
      requireFunction('either', 'either(other, { permissionsOf })', other)
      const by = {}
      const asking = { ...resolved, asksOther: by }
      const decide = createAuthenticator(door, asking, denials, judgeAddress(resolved), callerAddress(resolved))
      const admit = createAdmission(door, readEitherOptions<Host>(eitherOptions), resolved, denials, by)
      return named('apiKeyEither', toMiddleware({ decide, responder, identifies: true, either: { other, admit } }))
    },
    require: (...permissions) =>
      permissionGuard('require', 'apiKeyRequire', permissions, { permissions: [...permissions] }),
    requireAny: (...permissions) =>
      permissionGuard('requireAny', 'apiKeyRequireAny', permissions, { anyPermission: [...permissions] }),
    workspace(selector) {
      requireFunction('workspace', 'workspace((request) => ...)', selector)
      return guard('apiKeyWorkspace', guards.workspace(selector))
    },
    resource(type, selector) {
      requireResourceType(type, resourceTypes)
      requireFunction('resource', `resource('${type}', (request) => ...)`, selector)
      return guard('apiKeyResource', guards.resource(type, selector))
    },
    environment(...names) {
      requireNames('environment', names, (name) => environments.includes(name), environments, 'environment')
      const decide = guards.requirement(`auth.environment(${quoted(names)})`, { environment: [...names] })
      return guard('apiKeyEnvironment', decide)
    },
    check(test, testOthers) {
      requireFunction('check', 'check((apiKey, request) => ...)', test)
      if (testOthers !== undefined) requireFunction('check', 'check((apiKey, request) => ...)', testOthers)
      return guard('apiKeyCheck', guards.check(test, testOthers))
    },
    limit(limit) {
      if (isRequestLike(limit)) throw notCalled('limit', 'limit({ limiter, by, rule })')
      return guard('apiKeyLimit', limitGuard(limit))
    },
    limitFailures(limit) {
      if (isRequestLike(limit)) throw notCalled('limitFailures', 'limitFailures({ limiter, rule })')
      return guard('apiKeyLimitFailures', failureGuard(limit))
    },
  }
}

/** Stacks and route tables then tell what stands there. */
function named<Middleware>(name: string, middleware: Middleware): Middleware {
  return typeof middleware === 'function' ? Object.defineProperty(middleware, 'name', { value: name }) : middleware
}

function requireDoor(keyring: unknown): Door {
  if (isRequestLike(keyring)) {
    throw new ConfigurationError(
      'keyring',
      'apiKeyAuth makes the middleware; it is not one itself. Write `const auth = apiKeyAuth(keyring)` once and mount ' +
        '`auth.authenticate()`.',
    )
  }
  const door = doorOf(keyring)
  if (door !== undefined) return door
  const isCopy = typeof keyring === 'object' && keyring !== null && 'verify' in keyring
  throw new ConfigurationError(
    'keyring',
    `Expected a keyring from createKeyring(), got ${isThenable(keyring) ? 'a promise' : kindOf(keyring)}.` +
      (isCopy ? ' A copy of a keyring is not a keyring: pass the keyring itself.' : ''),
  )
}

function requireNames(
  guard: string,
  names: readonly unknown[],
  isKnown: (name: string) => boolean,
  known: readonly string[],
  kind: string,
): void {
  if (isRequestLike(names[0])) throw notCalled(guard, `${guard}('${known[0] ?? ''}')`)
  if (names.length === 0) {
    throw new ConfigurationError(
      guard,
      `auth.${guard}() needs at least one ${kind}: without one it would pass every key.`,
    )
  }
  for (const name of names) {
    if (typeof name !== 'string') {
      throw new ConfigurationError(guard, `Expected auth.${guard}() to get names, each as text, got ${kindOf(name)}.`)
    }
    if (isKnown(name)) continue
    const guess = nearest(name, known)
    throw new ConfigurationError(
      guard,
      `auth.${guard}(): ${describeValue(name)} is not a declared ${kind}${guess === undefined ? '.' : `, did you mean "${guess}"?`} ` +
        `Declared: ${known.join(', ')}.`,
    )
  }
}

function requireResourceType(type: unknown, types: readonly string[]): void {
  if (isRequestLike(type)) throw notCalled('resource', `resource('${types[0] ?? ''}', (request) => ...)`)
  if (typeof type === 'string' && types.includes(type)) return
  throw new ConfigurationError('resource', `auth.resource(): ${undeclared(type, types)}`)
}

function requireFunction(guard: string, call: string, value: unknown): void {
  if (typeof value === 'function') return
  if (isRequestLike(value)) throw notCalled(guard, call)
  throw new ConfigurationError(guard, `Expected auth.${guard}() to get a function, got ${kindOf(value)}.`)
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
