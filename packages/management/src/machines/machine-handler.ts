import { ConfigurationError, isClavigerError, type Keyring } from '@claviger/core'
import { type Door, doorOf } from '@claviger/core/http'
import { parseOptions } from '@claviger/core/store'
import { problemOf } from '../problems/of-error.ts'
import { privateHeaders } from '../problems/headers.ts'
import { type Problem, problem, problemResponse } from '../problems/problem.ts'
import type { ReportFailure } from '../web/admission.ts'
import { askedWith, type Host, type HostRequest, hostOf } from '../web/host.ts'
import { createRequestIds } from '../web/request-id.ts'

/*
 * What the handlers for programs have in common: each has one path, proves who calls in a way of its own, and never
 * rejects.
 */

/** A failure that the client was told nothing about. */
export interface HandlerFailure {
  readonly error: unknown
  /** What failed, such as `introspect`. */
  readonly during: string
  /** Stands in the response, too. */
  readonly requestId: string
}

/** Options of every handler of its own. */
export interface HandlerOptions<Permission extends string = string> {
  /** The keyring whose keys it is about. */
  readonly keyring: Keyring<Permission>
  /** Your own id of a request, for `X-Request-Id` and the activity log. Default: a new one. */
  readonly requestId?: ((asked: HostRequest) => string | undefined) | undefined
  /** Called with every failure that is the server's own. Default: `onError` of the keyring, or a process warning. */
  readonly onError?: ((failure: HandlerFailure) => void) | undefined
}

/** A handler of one path: mount it, or call it. */
export interface MachineHandler {
  /** Answers a request whose path is `/`, or ends with its own. Never rejects. */
  readonly fetch: (request: Request, host?: Host | object) => Promise<Response>
}

/** One request on its way. */
export interface MachineCall {
  readonly request: Request
  readonly asked: HostRequest
  readonly requestId: string
  /** A parser of the host had read the body. */
  readonly isBodyRebuilt: boolean
}

/** What a handler is made of. */
export interface MachineParts {
  readonly keyring: Keyring
  readonly door: Door
  readonly report: ReportFailure
}

/** Answers one method. What it throws is reported and answered as the problem that it is. */
export type MachineMethod = (call: MachineCall) => Promise<Response | Problem>

const common: readonly (keyof HandlerOptions)[] = ['keyring', 'requestId', 'onError']

/**
 * Checks the options of a handler.
 *
 * @throws {ConfigurationError} naming the option that is wrong
 */
export function readHandlerOptions<Options extends HandlerOptions>(
  call: string,
  given: Options,
  names: readonly (keyof Options & string)[],
): { readonly options: Options; readonly parts: MachineParts } {
  const options = parseOptions<Options>(call, given, [...(common as (keyof Options & string)[]), ...names])
  const door = doorOf(options.keyring)
  if (door === undefined) {
    throw new ConfigurationError('keyring', `${call} needs a keyring: the result of createKeyring().`)
  }
  for (const name of ['requestId', 'onError'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new ConfigurationError(name, `Expected ${name} to be a function.`)
    }
  }
  const { onError } = options
  const report: ReportFailure = (error, during, requestId) => {
    if (onError === undefined) return door.report(error, `${call}: ${during}`, { requestId })
    try {
      onError({ error, during, requestId })
    } catch {
      // Reporting a failure must not cause one.
    }
  }
  return { options, parts: { keyring: options.keyring, door, report } }
}

/**
 * Makes a handler of one path.
 *
 * @param path such as `/self`
 */
export function machineHandler(
  path: string,
  { requestId: own }: HandlerOptions,
  { keyring, report }: MachineParts,
  methods: Readonly<Record<string, MachineMethod>>,
): MachineHandler {
  const idOf = createRequestIds(own, (text) => keyring.redact(text))

  const answer = async (call: MachineCall): Promise<Response | Problem> => {
    const { method, url } = call.request
    const { pathname } = new URL(url)
    if (pathname !== '/' && !pathname.endsWith(path)) return problem('not_found')
    const run = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (run === undefined) return problem('method_not_allowed', {}, { Allow: Object.keys(methods).join(', ') })
    // It may be in logs by now: better to say so than to go on.
    return hasToken(url, keyring) ? problem('credential_in_url') : run(call)
  }

  return {
    async fetch(request, around) {
      const asked = askedWith(request, hostOf(around))
      let requestId = 'req_unknown'
      try {
        requestId = idOf(asked)
        const isBodyRebuilt = (Object(around) as { readonly isBodyRebuilt?: unknown }).isBodyRebuilt === true
        const found = await answer({ request, asked, requestId, isBodyRebuilt })
        return found instanceof Response ? found : problemResponse(found, requestId)
      } catch (error) {
        const found = problemOf(error)
        if (found.status >= 500 || !isClavigerError(error)) report(error, path.slice(1), requestId)
        return problemResponse(found, requestId)
      }
    },
  }
}

function hasToken(url: string, keyring: Pick<Keyring, 'redact'>): boolean {
  return keyring.redact(url) !== url
}

/** An answer as JSON, which no cache may keep. */
export function jsonAnswer(body: unknown, requestId: string, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { headers: { ...privateHeaders, ...headers, 'X-Request-Id': requestId } })
}
