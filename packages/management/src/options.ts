import { ConfigurationError, type Keyring, type LimitDefinition } from '@claviger/core'
import { doorOf, readLimits } from '@claviger/core/http'
import { parseOptions } from '@claviger/core/store'
import { type ProgramOptions, type Programs, programsOf } from './machines/programs.ts'
import type { UserNames } from './resources/names.ts'
import type { ReportFailure } from './web/admission.ts'
import { createCrossSiteCheck, type CrossSiteCheck, type CrossSiteOptions } from './web/cross-site.ts'
import type { Limit, StepUp } from './web/hooks.ts'
import type { Authorize, HostRequest } from './web/host.ts'
import { createRequestIds, type RequestIds } from './web/request-id.ts'

/** A failure that the client was told nothing about. */
export interface ManagementFailure {
  readonly error: unknown
  /** What failed: `authorize`, `limit`, `stepUp`, `userNames`, or the action, such as `createKey`. */
  readonly during: string
  /** Stands in the response, too. */
  readonly requestId: string
}

/** Options of `managementApi`, checked once, at construction. Unknown names are refused. */
export interface ManagementOptions<Permission extends string = string> extends CrossSiteOptions, ProgramOptions {
  /** The keyring whose keys are managed. */
  readonly keyring: Keyring<Permission>
  /**
   * Says who makes a call, or null for 401. Workspace and ceiling come from its answer only: never take them from a body
   * or a query.
   */
  readonly authorize: Authorize
  /** Limits how often an actor calls. Default: no limit. */
  readonly limit?: Limit | undefined
  /** The limits of your own API, as `auth.limit` got them: `GET /keys/{id}/limits` shows what is left. Default: none. */
  readonly limits?: readonly LimitDefinition[] | undefined
  /** Asks for a recent or stronger sign-in before something is changed. Default: never. */
  readonly stepUp?: StepUp | undefined
  /** Refuses every change. Default false. */
  readonly readOnly?: boolean | undefined
  /** Named sets of declared permissions, to create keys with. Default: none. */
  readonly presets?: Readonly<Record<string, readonly NoInfer<Permission>[]>> | undefined
  /** Looks up the names of people, to show them as owners and creators. Default: ids only. */
  readonly userNames?: UserNames | undefined
  /** The longest body, in bytes: 1 024 to 1 048 576. Default 65 536. */
  readonly maxBodyBytes?: number | undefined
  /** Your own id of a request, for `X-Request-Id` and the activity log. Default: a new one. */
  readonly requestId?: ((asked: HostRequest) => string | undefined) | undefined
  /** Called with every failure that is the server's own. Default: `onError` of the keyring, or a process warning. */
  readonly onError?: ((failure: ManagementFailure) => void) | undefined
}

const names: readonly (keyof ManagementOptions)[] = [
  'keyring',
  'authorize',
  'limit',
  'limits',
  'stepUp',
  'readOnly',
  'presets',
  'userNames',
  'maxBodyBytes',
  'requestId',
  'onError',
  'trustedOrigins',
  'trustProxyHost',
  'self',
  'introspection',
  'secretScanning',
]

/** Checked options, with defaults. */
export interface ResolvedOptions {
  readonly keyring: Keyring
  readonly authorize: Authorize
  readonly limit: Limit | undefined
  readonly limits: readonly LimitDefinition[]
  readonly stepUp: StepUp | undefined
  readonly readOnly: boolean
  readonly presets: ReadonlyMap<string, readonly string[]>
  readonly userNames: UserNames | undefined
  readonly maxBodyBytes: number
  readonly requestIdOf: RequestIds
  readonly report: ReportFailure
  readonly crossSite: CrossSiteCheck
  readonly programs: Programs
}

/** Checks the options. @throws {ConfigurationError} naming the first that is wrong */
export function resolveOptions<Permission extends string>(given: ManagementOptions<Permission>): ResolvedOptions {
  const options = parseOptions<ManagementOptions<Permission>>('managementApi', given, names)
  const door = doorOf(options.keyring)
  if (door === undefined) {
    throw new ConfigurationError('keyring', 'managementApi needs a keyring: the result of createKeyring().')
  }
  if (typeof options.authorize !== 'function') {
    throw new ConfigurationError(
      'authorize',
      'managementApi needs authorize: without it, anyone who reaches this route could create API keys. ' +
        'Return the signed-in user as an actor, or null to refuse.',
    )
  }
  const keyring = options.keyring as unknown as Keyring
  const onError = optionalFunction('onError', options.onError)
  const redact = (text: string): string => keyring.redact(text)
  return {
    keyring,
    authorize: options.authorize,
    limit: optionalFunction('limit', options.limit),
    limits: readLimits(options.limits ?? []),
    stepUp: optionalFunction('stepUp', options.stepUp),
    readOnly: flag('readOnly', options.readOnly),
    presets: parsePresets(options.presets ?? {}, keyring),
    userNames: optionalFunction('userNames', options.userNames),
    maxBodyBytes: parseMaxBody(options.maxBodyBytes ?? 65_536),
    requestIdOf: createRequestIds(optionalFunction('requestId', options.requestId), redact),
    report: onError === undefined ? byDoor(door) : byHost(onError),
    crossSite: createCrossSiteCheck({
      trustedOrigins: options.trustedOrigins,
      trustProxyHost: flag('trustProxyHost', options.trustProxyHost),
    }),
    programs: programsOf(options, { keyring, requestId: options.requestId, onError }),
  }
}

type Door = NonNullable<ReturnType<typeof doorOf>>

function byDoor(door: Door): ReportFailure {
  return (error, during, requestId) => door.report(error, `management: ${during}`, { requestId })
}

function byHost(onError: (failure: ManagementFailure) => void): ReportFailure {
  return (error, during, requestId) => {
    try {
      onError({ error, during, requestId })
    } catch {
      // Reporting a failure must not cause one.
    }
  }
}

function optionalFunction<Given>(option: string, value: Given): Given {
  if (value === undefined || typeof value === 'function') return value
  throw new ConfigurationError(option, `Expected ${option} to be a function.`)
}

function flag(option: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new ConfigurationError(option, `Expected ${option} to be true or false.`)
}

function parseMaxBody(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 1_024 && bytes <= 1_048_576) return bytes
  throw new ConfigurationError('maxBodyBytes', 'Expected maxBodyBytes to be an integer from 1 024 to 1 048 576.')
}

function parsePresets(given: object, { permissions }: Keyring): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(given).map(([name, list]: [string, unknown]) => {
      const isFine = Array.isArray(list) && list.every((each) => typeof each === 'string' && permissions.has(each))
      if (isFine && /^[\w-]{1,64}$/.test(name)) return [name, [...(list as readonly string[])]]
      throw new ConfigurationError(
        'presets',
        `Expected presets.${name} to be a list of declared permissions, without wildcards.`,
      )
    }),
  )
}
