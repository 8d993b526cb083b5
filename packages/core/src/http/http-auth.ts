import { ConfigurationError } from '../errors/errors.ts'
import { nearest } from '../input/nearest.ts'
import { kindOf, said } from '../input/said.ts'
import { isThenable } from '../input/thenable.ts'
import type { Keyring, KeyRequirement } from '../keyring.types.ts'
import type { ApiKey } from '../verification/verification.ts'
import { createAuthenticator } from './authenticator.ts'
import type { Gate } from './decision.ts'
import { createDenials } from './denial.ts'
import { createGuards } from './guards.ts'
import { type HttpAuthOptions, isRequestLike, notCalled, readOptions, resolveOptions } from './options.ts'
import { createResponder, type Responder } from './responder.ts'

/** A gate, and what adapters need to carry out its decisions. */
export interface Passage<Host, Context> {
  readonly gate: Gate<Host>
  readonly responder: Responder<Context>
  /** Whether it decides the identity of the request: then it calls `identify`, also for an anonymous request. */
  readonly identifies: boolean
}

/** Authentication and guards, without a framework: adapters turn each `Passage` into a middleware. */
export interface HttpAuth<Host, Context, Permission extends string> {
  authenticate(overrides?: HttpAuthOptions<Context>): Passage<Host, Context>
  require(...permissions: readonly Permission[]): Passage<Host, Context>
  requireAny(...permissions: readonly Permission[]): Passage<Host, Context>
  workspace(selector: (host: Host) => unknown): Passage<Host, Context>
  environment(...names: readonly string[]): Passage<Host, Context>
  check(test: (apiKey: ApiKey, host: Host) => boolean | Promise<boolean>): Passage<Host, Context>
}

/**
 * Everything the adapters share. All checks of options, permissions and environments happen here, at construction.
 *
 * @param keyring from `createKeyring`
 * @throws {ConfigurationError} for something that is not a keyring, or a wrong option or guard argument
 */
export function createHttpAuth<Host, Context, Permission extends string>(
  keyring: Keyring<Permission>,
  options?: HttpAuthOptions<Context>,
): HttpAuth<Host, Context, Permission> {
  requireKeyring(keyring)
  const given = readOptions<Context>(options)
  const resolved = resolveOptions(given)
  const denials = createDenials(resolved)
  const guards = createGuards<Host>(keyring, denials)
  const responder = createResponder(resolved, denials, keyring.redact)
  const passage = (gate: Gate<Host>): Passage<Host, Context> => ({ gate, responder, identifies: false })

  const permissionGuard = (
    name: 'require' | 'requireAny',
    permissions: readonly Permission[],
    requirement: KeyRequirement,
  ): Passage<Host, Context> => {
    requireNames(name, permissions, (known) => keyring.permissions.has(known), keyring.permissions.names, 'permission')
    return passage(guards.requirement(`auth.${name}(${quoted(permissions)})`, requirement))
  }

  return {
    authenticate(overrides) {
      const own = resolveOptions(given, overrides)
      const ownDenials = createDenials(own)
      return {
        gate: createAuthenticator(keyring, own, ownDenials),
        responder: createResponder(own, ownDenials, keyring.redact),
        identifies: true,
      }
    },
    require: (...permissions) => permissionGuard('require', permissions, { permissions: [...permissions] }),
    requireAny: (...permissions) => permissionGuard('requireAny', permissions, { anyPermission: [...permissions] }),
    workspace(selector) {
      requireFunction('workspace', 'workspace((request) => ...)', selector)
      return passage(guards.workspace(selector))
    },
    environment(...names) {
      const { environments } = keyring.tokenGrammar
      requireNames('environment', names, (name) => environments.includes(name), environments, 'environment')
      return passage(guards.requirement(`auth.environment(${quoted(names)})`, { environment: [...names] }))
    },
    check(test) {
      requireFunction('check', 'check((apiKey, request) => ...)', test)
      return passage(guards.check(test))
    },
  }
}

function requireKeyring(keyring: unknown): void {
  if (isRequestLike(keyring)) {
    throw new ConfigurationError(
      'keyring',
      'apiKeyAuth makes the middleware; it is not one itself. Write `const auth = apiKeyAuth(keyring)` once and mount ' +
        '`auth.authenticate()`.',
    )
  }
  const { verify, recall, guards } = (typeof keyring === 'object' ? (keyring ?? {}) : {}) as Partial<Keyring>
  if ([verify, recall, guards?.requirement, guards?.workspace].every((method) => typeof method === 'function')) return
  throw new ConfigurationError(
    'keyring',
    `Expected a keyring from createKeyring(), got ${isThenable(keyring) ? 'a promise' : kindOf(keyring)}.`,
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
      `auth.${guard}(): ${said(name)} is not a declared ${kind}${guess === undefined ? '.' : `, did you mean "${guess}"?`} ` +
        `Declared: ${known.join(', ')}.`,
    )
  }
}

function requireFunction(guard: string, call: string, value: unknown): void {
  if (typeof value === 'function') return
  if (isRequestLike(value)) throw notCalled(guard, call)
  throw new ConfigurationError(guard, `Expected auth.${guard}() to get a function, got ${kindOf(value)}.`)
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
