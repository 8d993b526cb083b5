import { ConfigurationError } from '../errors/errors.ts'
import { parseOptions } from '../input/parse-options.ts'
import { kindOf } from '../input/describe-value.ts'
import { bare, isPlain } from '../input/plain-fields.ts'
import type { Keyring } from '../keyring.types.ts'
import type { ApiKey } from '../verification/verification.ts'
import type { Decision } from './decision.ts'
import type { Denial } from './denial.ts'
import { type AuthStep, createHttpAuth } from './http-auth.ts'
import type { FailureLimitOptions, LimitOptions } from './limit-options.ts'
import type { HttpAuthOptions } from './options.ts'
import type { HttpRequest } from './request.ts'
import type { HttpResponse } from './response.ts'

/** What `createDecider` takes: what every request has to meet, besides the options of `apiKeyAuth` that fit. */
export interface DeciderOptions<Permission extends string = string, Resource extends string = string>
  extends Omit<HttpAuthOptions<never, HttpRequest | FetchRequest>, 'onDenied' | 'skipPreflight' | 'guarded'> {
  /** 403 unless the key holds every one of these now. */
  readonly permissions?: readonly Permission[]
  /** 403 unless the key holds at least one of these now. */
  readonly anyPermission?: readonly Permission[]
  /** 403 unless the key is of this environment, or of one of these. */
  readonly environment?: string | readonly string[]
  /** 403 unless the key reaches the resource that each of these reads off the request: by declared type, its id. */
  readonly resources?: ResourceSelectors<Resource>
  /**
   * 429 `rate_limited` once it is used up, as `auth.limit` has it; several in a list. What is refused otherwise takes
   * nothing. The same object in several deciders is one limit.
   */
  readonly limit?: LimitOptions<HttpRequest> | readonly LimitOptions<HttpRequest>[]
  /**
   * 429 before any work, for a client that had too many answers of 401, as `auth.limitFailures` has it. With requests of the
   * Fetch API, which tell no address, say `clientAddress` or `by`.
   */
  readonly limitFailures?: FailureLimitOptions<HttpRequest | FetchRequest>
}

/** What reads the ids of resources off a request, by declared type. */
type ResourceSelectors<Resource extends string> = [Resource] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [Type in Resource]?: (request: HttpRequest) => unknown }

/** The decision about a request, with everything that a response needs. */
export type RequestDecision<Key extends ApiKey | undefined = ApiKey> =
  | {
      readonly ok: true
      readonly apiKey: Key
      /** For the answer: `Vary` and, as the case may be, `API-Key-Expires`, `RateLimit` and `RateLimit-Policy`. */
      readonly headers: Readonly<Record<string, string>>
    }
  | {
      readonly ok: false
      readonly denial: Denial
      readonly status: number
      /** For the answer: all of them, `Content-Type` and `Content-Length` included. */
      readonly headers: Readonly<Record<string, string>>
      /** The problem document as JSON text. */
      readonly body: string
    }

/** A request of the Fetch API, as Next.js, Hono, Bun and Deno have it. */
export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: Iterable<readonly [string, string]>
}

/**
 * Decides about one request, of Node or of the Fetch API. Never rejects: what cannot be decided is a 503.
 *
 * @param response Node's, if there is one: its status is counted when it closes. Without it, a use counts at once
 */
export type Decider<Key extends ApiKey | undefined = ApiKey> = (
  request: HttpRequest | FetchRequest,
  response?: HttpResponse,
) => Promise<RequestDecision<Key>>

/**
 * Makes a function that decides about requests, for frameworks without an adapter, WebSocket upgrades and handlers that
 * have only a request. Options are checked now. Deciders of one keyring share what was found out about a request.
 *
 * @example
 * const decide = createDecider(keyring, { permissions: ['prompts:read'] })
 * const decision = await decide(request)
 * if (!decision.ok) return new Response(decision.body, decision)
 *
 * @param keyring from `createKeyring`
 * @throws {ConfigurationError} when `keyring` is not from `createKeyring`, or an option is wrong
 */
export function createDecider<Permission extends string, Resource extends string = string>(
  keyring: Keyring<Permission, Resource>,
  options?: DeciderOptions<Permission, Resource> & { readonly optional?: false | undefined },
): Decider
export function createDecider<Permission extends string, Resource extends string = string>(
  keyring: Keyring<Permission, Resource>,
  options: DeciderOptions<Permission, Resource>,
): Decider<ApiKey | undefined>
export function createDecider<Permission extends string, Resource extends string>(
  keyring: Keyring<Permission, Resource>,
  given?: DeciderOptions<Permission, Resource>,
): Decider<ApiKey | undefined> {
  const options = readOptions<Permission, Resource>(given)
  const { permissions, anyPermission, environment, resources, limit, limitFailures, ...rest } = options
  const auth = createHttpAuth(keyring, rest, (step: AuthStep<GivenRequest, never>) => step, {
    addressOf: remoteAddress,
  })
  const authentication = auth.authenticate()
  const guards = [
    ...(permissions === undefined ? [] : [auth.require(...(permissions as Some<Permission>))]),
    ...(anyPermission === undefined ? [] : [auth.requireAny(...(anyPermission as Some<Permission>))]),
    ...(environment === undefined ? [] : [auth.environment(...(namesIn(environment) as Some<string>))]),
    ...(resources === undefined
      ? []
      : selectorsIn(resources).map(([type, selector]) => auth.resource(type as Resource, selector))),
  ]
  const limits = limit === undefined ? [] : listOf(limit).map((one) => auth.limit(one as LimitOptions<GivenRequest>))
  const failures = limitFailures === undefined ? undefined : auth.limitFailures(limitFailures)
  const optional = options.optional === true

  return async (given, response) => {
    const request = nodeShape(given)
    const answer = collectedAnswer(request)
    const stopped = await failures?.decide(request, given)
    if (stopped?.type === 'deny') return answer.of(authentication, stopped, undefined)
    let decision = await authentication.decide(request, given, response ?? answer.response)
    const apiKey = decision.type === 'pass' ? decision.apiKey : undefined
    // Without a key there is nothing to hold against an optional one.
    if (apiKey !== undefined || !optional) {
      for (const guard of guards) {
        if (decision.type === 'pass') decision = withNotices(await guard.decide(request, given), decision)
      }
      // Last: what is refused takes nothing.
      for (const one of limits) {
        if (decision.type === 'pass') decision = withNotices(await one.decide(request, request), decision)
      }
    }
    return answer.of(authentication, decision, apiKey)
  }
}

type GivenRequest = HttpRequest | FetchRequest

/** The other end of the connection, where there is one. */
function remoteAddress(request: GivenRequest & { readonly socket?: { readonly remoteAddress?: unknown } }): unknown {
  return request.socket?.remoteAddress
}

/** Guards check themselves that there is one. */
type Some<Name> = readonly [Name, ...Name[]]

function namesIn(environment: string | readonly string[]): readonly string[] {
  return typeof environment === 'string' ? [environment] : environment
}

function listOf<One>(limit: One | readonly One[]): readonly One[] {
  if (!Array.isArray(limit)) return [limit as One]
  if (limit.length === 0)
    throw new ConfigurationError('limit', 'Expected limit to be a limit, or a list of at least one.')
  return limit as readonly One[]
}

/** Guards check themselves that each is a function, and its type declared. */
function selectorsIn(resources: unknown): [string, (given: GivenRequest) => unknown][] {
  if (!isPlain(resources)) {
    throw new ConfigurationError('resources', `Expected resources to be a plain object, got ${kindOf(resources)}.`)
  }
  return Object.entries(resources).map(([type, selector]) => [
    type,
    typeof selector === 'function' ? (given) => selector(nodeShape(given)) : (selector as () => unknown),
  ])
}

const demands = ['permissions', 'anyPermission', 'environment', 'resources', 'limit', 'limitFailures'] as const
const others = ['header', 'realm', 'optional', 'otherBearer', 'stripCredential', 'verbose', 'clientAddress'] as const
const unanswered = ['onDenied', 'skipPreflight', 'guarded'] as const

function readOptions<Permission extends string, Resource extends string>(
  given: unknown,
): DeciderOptions<Permission, Resource> {
  const options = parseOptions<DeciderOptions<Permission, Resource> & Record<(typeof unanswered)[number], unknown>>(
    'createDecider',
    given,
    [...demands, ...others, ...unanswered],
  )
  for (const name of unanswered) {
    if (name in options) throw new ConfigurationError(name, `A decider answers nothing itself: leave out \`${name}\`.`)
  }
  for (const name of demands) {
    // What is read from a table that lacks it must not pass every key.
    if (name in options && options[name] === undefined) {
      throw new ConfigurationError(name, `\`${name}\` is undefined. Leave it out, or say it.`)
    }
  }
  return options
}

type Pass = Extract<Decision, { readonly type: 'pass' }>

function withNotices(decision: Decision, { expires, limits }: Pass): Decision {
  return decision.type === 'pass' ? { ...decision, expires, limits: decision.limits ?? limits } : decision
}

const shapes = new WeakMap<object, HttpRequest>()

/** One object for each request of the Fetch API, since what is found out about a request is kept by its object. */
function nodeShape(request: HttpRequest | FetchRequest): HttpRequest {
  const { headers } = request
  if (typeof headers !== 'object' || headers === null || !(Symbol.iterator in headers)) return request as HttpRequest
  const known = shapes.get(request)
  if (known !== undefined) return known
  const { method, url } = request
  const shape = bare<HttpRequest>({ method, url, headers: Object.fromEntries(headers) })
  shapes.set(request, shape)
  return shape
}

interface CollectedAnswer {
  /** Stands for the response where there is none: it closes when the decision is made. */
  readonly response: HttpResponse
  of(
    step: AuthStep<GivenRequest, never>,
    decision: Decision,
    apiKey: ApiKey | undefined,
  ): RequestDecision<ApiKey | undefined>
}

/** Writes an answer as every adapter does, into an object. */
function collectedAnswer(request: HttpRequest): CollectedAnswer {
  const headers: Record<string, string> = Object.create(null)
  const listeners: (() => void)[] = []
  const response = bare<HttpResponse>({
    headersSent: false,
    writableEnded: false,
    req: request,
    getHeader: (name) => headers[name],
    setHeader: (name, value) => void (headers[name] = value),
    removeHeader: (name) => void Reflect.deleteProperty(headers, name),
    on: (_event, listener) => listeners.push(listener),
  })
  return {
    response,
    of({ responder }, decision, apiKey) {
      for (const listener of listeners) listener.call(response)
      responder.prepare(response, decision)
      if (decision.type === 'pass') return { ok: true, apiKey, headers }
      if (decision.type !== 'deny') throw new TypeError('A decider only passes and denies.')
      let body = ''
      const answer = {
        context: undefined as never,
        discard: () => true,
        isAnswered: () => false,
        setStatus() {},
        send: (text: string) => void (body = text),
      }
      void responder.refuse(response, decision, answer)
      return { ok: false, denial: decision.denial, status: decision.denial.status, headers, body }
    },
  }
}
