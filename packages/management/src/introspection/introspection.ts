import { type ApiKey, type Clock, ConfigurationError, isClavigerError } from '@claviger/core'
import {
  type HandlerOptions,
  jsonAnswer,
  machineHandler,
  type MachineHandler,
  readHandlerOptions,
} from '../machines/machine-handler.ts'
import { type Problem, problem } from '../problems/problem.ts'
import { createCrossSiteCheck } from '../web/cross-site.ts'
import type { HostRequest } from '../web/host.ts'
import { readToken } from './read-token.ts'

/** Who asks about tokens: a service that sees one workspace, one that sees all, or null for no one. An actor will do. */
export type IntrospectionCaller = { readonly workspaceId: string } | { readonly anyWorkspace: true } | null

/** Options of `introspection`. */
export interface IntrospectionOptions<Permission extends string = string> extends HandlerOptions<Permission> {
  /**
   * Says which service asks, or null for 401. Needed: an endpoint that tells anyone whether a token is good is a place to
   * try tokens. `authorizeWithApiKey` is one.
   */
  readonly authorize: (asked: HostRequest) => IntrospectionCaller | Promise<IntrospectionCaller>
}

/** What RFC 7662 calls an introspection response. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true
      /** What the key may do now, separated by spaces. */
      readonly scope: string
      /** The id of the key. */
      readonly client_id: string
      readonly token_type: 'Bearer'
      /** When this token stops working, in seconds since the epoch; left out for never. */
      readonly exp?: number
      /** The id of the owner. */
      readonly sub: string
      readonly owner_type: 'user' | 'service'
      readonly workspace_id: string
      readonly environment: string
      readonly secret_version: number
      /** Which resources the key reaches, by type, where it is limited. Of a type that is absent: all. */
      readonly resources?: Readonly<Record<string, readonly string[] | undefined>>
    }

/** What an inactive token is answered after, at the earliest: longer than a hash takes, so that none shows. */
const inactiveAfterMs = 50

/**
 * `POST /introspect` (RFC 7662): tells a service, in any language, whether a token is good and what it may do. Whatever
 * the token is besides, unknown, revoked, or of a workspace that the service does not see: `{ "active": false }`, in the
 * same bytes and after the same time.
 *
 * @throws {ConfigurationError} naming the option that is wrong
 */
export function introspection<Permission extends string>(given: IntrospectionOptions<Permission>): MachineHandler {
  const { options, parts } = readHandlerOptions('introspection', given as unknown as IntrospectionOptions, [
    'authorize',
  ])
  const { keyring, door, report } = parts
  const { authorize } = options
  if (typeof authorize !== 'function') {
    throw new ConfigurationError(
      'authorize',
      'introspection needs authorize: without it, anyone could try tokens. Return { workspaceId } or { anyWorkspace: true } ' +
        'for your own service, or null to refuse.',
    )
  }
  const crossSite = createCrossSiteCheck({})

  const callerOf = async (asked: HostRequest, requestId: string): Promise<IntrospectionCaller | Problem> => {
    try {
      return checkedCaller(await authorize(asked))
    } catch (error) {
      if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_FORBIDDEN') return problem('forbidden', { fix: null })
      report(error, 'authorize', requestId)
      const isOutage = isClavigerError(error) && outages.has(error.code)
      return problem(isOutage ? 'store_unavailable' : 'internal_error')
    }
  }

  return machineHandler('/introspect', options, parts, {
    async POST({ request, asked, requestId }) {
      if (isFromBrowser(request)) {
        const foreign = crossSite(request)
        if (foreign !== undefined) return foreign
      }
      const caller = await callerOf(asked, requestId)
      if (caller === null) return problem('unauthenticated', { fix: null }, challenge)
      if ('code' in caller) return caller
      const begun = door.clock.monotonic()
      const read = await readToken(request)
      if ('problem' in read) return read.problem
      const verification = await keyring.verify(read.token, {
        ...('workspaceId' in caller && { workspaceId: caller.workspaceId }),
        address: read.address,
      })
      if (verification.ok) return jsonAnswer(activeOf(verification.apiKey), requestId)
      await until(door.clock, begun + inactiveAfterMs)
      return jsonAnswer(inactive, requestId)
    },
  })
}

const inactive: Introspection = Object.freeze({ active: false })
const challenge = { 'WWW-Authenticate': 'Bearer realm="introspection"' }
const outages: ReadonlySet<string> = new Set(['ERR_CLAVIGER_UNAVAILABLE', 'ERR_CLAVIGER_BUSY', 'ERR_CLAVIGER_CLOSED'])

/** Services send neither, also with a form, which is what RFC 7662 asks for. */
function isFromBrowser({ headers }: Request): boolean {
  return headers.has('origin') || headers.has('sec-fetch-site')
}

function checkedCaller(answer: unknown): IntrospectionCaller {
  if (answer === null) return null
  const { workspaceId, anyWorkspace } = Object(answer) as { workspaceId?: unknown; anyWorkspace?: unknown }
  if (typeof workspaceId === 'string' && workspaceId !== '' && anyWorkspace === undefined) return { workspaceId }
  if (anyWorkspace === true && workspaceId === undefined) return { anyWorkspace }
  throw new TypeError('authorize must return { workspaceId }, { anyWorkspace: true }, or null to refuse.')
}

function activeOf(apiKey: ApiKey): Introspection {
  const { id, permissions, resources, owner, workspaceId, environment, secretVersion } = apiKey
  const ends = [apiKey.expiresAt, apiKey.secretEndsAt].filter((end) => end !== null).map(Number)
  return {
    active: true,
    scope: permissions.join(' '),
    client_id: id,
    token_type: 'Bearer',
    ...(ends.length > 0 && { exp: Math.floor(Math.min(...ends) / 1_000) }),
    sub: owner.id,
    owner_type: owner.type,
    workspace_id: workspaceId,
    environment,
    secret_version: secretVersion,
    ...(Object.keys(resources).length > 0 && { resources }),
  }
}

function until(clock: Clock, at: number): Promise<void> {
  const left = at - clock.monotonic()
  return left <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.schedule(left, resolve))
}
