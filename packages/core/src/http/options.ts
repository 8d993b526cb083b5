import { ConfigurationError } from '../errors/errors.ts'
import { parseOptions } from '../input/parse-options.ts'
import { describeValue, kindOf } from '../input/describe-value.ts'
import type { Denial } from './denial.ts'
import type { OtherBearer } from './other-bearer.ts'

/**
 * Options of `apiKeyAuth`. `Context` is the framework's argument that `onDenied` gets besides the denial, `Host` what your
 * functions get of a request.
 */
export interface HttpAuthOptions<Context, Host = Context> {
  /**
   * The name of a header that may carry the bare token, e.g. `X-API-Key`, besides `Authorization: Bearer`.
   * Default: none. Names with another meaning (RFC 9110), such as `Cookie`, are refused.
   */
  readonly header?: string | undefined
  /**
   * The `realm` of challenges (RFC 6750, section 3): printable ASCII without `"` and `\`, 1 to 128 characters. Default
   * `api`.
   */
  readonly realm?: string | undefined
  /**
   * Lets requests without a credential pass, without `apiKey`. A bad key and an outage do not pass. Neither does a key
   * of this keyring in a place where keys are not read: without its scheme, behind another scheme, in a header that is
   * not turned on, in the URL. Other credentials, such as a proxy's `Basic`, count as none. Default false.
   */
  readonly optional?: boolean | undefined
  /**
   * What becomes of a bearer credential that cannot be a key of this keyring, such as a JWT. `'refuse'` answers 401
   * `malformed_key`. `'pass'` counts it as no credential: with `optional` it passes, without `apiKey`, and a key in `header`
   * may stand beside it. A key that is damaged (quotes, cut off, `Bearer` twice, a placeholder) is still refused.
   * A function gets the text behind `Bearer` and returns `true` for what is not a key. A text that holds a token of
   * this keyring is never passed. Default `'refuse'`.
   */
  readonly otherBearer?: OtherBearer | undefined
  /** Removes the credential from `headers` and blanks it in `rawHeaders` after success. Default false. */
  readonly stripCredential?: boolean | undefined
  /** False: every refused key answers `invalid_key`, without reason and hint. Default true. */
  readonly verbose?: boolean | undefined
  /**
   * Answers CORS preflights (`OPTIONS` with `Origin` and `Access-Control-Request-Method`), which never carry
   * credentials, with 204 and without running the handler. Mount the CORS middleware before. Default false.
   */
  readonly skipPreflight?: boolean | undefined
  /**
   * Requires a guard on every route: when a handler answers with success or a redirect and no guard of the keyring has
   * let the request pass, the client gets 500. Errors are sent as they are. Default false.
   */
  readonly guarded?: boolean | undefined
  /**
   * Gives the address of the client, for keys that work from some addresses only. Default: the framework's own, `req.ip`
   * or `ctx.ip`, which goes by your setting for proxies. Undefined: not known, and such a key is refused. Yours must not
   * believe what a client can send.
   */
  readonly clientAddress?: ((host: Host) => string | null | undefined) | undefined
  /**
   * Sends denials in your own format; status and headers are already set. It cannot let a request pass: if it throws,
   * rejects or does not answer, the problem document (RFC 9457) is sent. Return a promise to answer later.
   */
  readonly onDenied?: ((denial: Denial, context: Context) => void | Promise<void>) | undefined
}

/** Options after defaults and checks. */
export interface ResolvedOptions<Context, Host = Context> {
  /** Lower case. */
  readonly header: string | undefined
  /** The same, as the host wrote it. */
  readonly headerName: string | undefined
  readonly realm: string
  readonly optional: boolean
  readonly otherBearer: OtherBearer
  readonly stripCredential: boolean
  readonly verbose: boolean
  readonly skipPreflight: boolean
  readonly guarded: boolean
  readonly onDenied: HttpAuthOptions<Context, Host>['onDenied']
  readonly clientAddress: HttpAuthOptions<Context, Host>['clientAddress']
  /** The value to append to `Vary`. */
  readonly vary: string
}

const names = [
  'header',
  'realm',
  'optional',
  'otherBearer',
  'stripCredential',
  'verbose',
  'skipPreflight',
  'guarded',
  'clientAddress',
  'onDenied',
] as const
const fieldName = /^[!#$%&'*+.^`|~0-9A-Za-z-]{1,64}$/
const realmText = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,128}$/
/** Fields with a meaning of their own, which proxies, browsers or Node change, join or log. */
const taken =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|via|forwarded|from|origin|referer|user-agent|vary|date|expect|range|max-forwards|cache-control|pragma|(?:accept|content|access-control|if|sec|x-forwarded|proxy|www)(?:-.*)?)$/

/**
 * Checks options and fills in defaults.
 *
 * @param overrides for one middleware; what is undefined there is as in `options`
 * @throws {ConfigurationError} naming the option at fault
 */
export function resolveOptions<Context, Host = Context>(
  options: HttpAuthOptions<Context, Host> | undefined,
  overrides?: HttpAuthOptions<Context, Host>,
): ResolvedOptions<Context, Host> {
  const general = readOptions<Context, Host>(options)
  const own = readOptions<Context, Host>(overrides)
  const chosen = <Name extends keyof HttpAuthOptions<Context, Host>>(
    name: Name,
  ): HttpAuthOptions<Context, Host>[Name] => (own[name] === undefined ? general[name] : own[name])
  const flag = (name: Flag, byDefault: boolean): boolean => parseFlag(name, chosen(name), byDefault)
  const header = parseHeader(chosen('header'))
  return {
    header: header?.toLowerCase(),
    headerName: header,
    realm: parseRealm(chosen('realm')),
    optional: flag('optional', false),
    otherBearer: parseOtherBearer(chosen('otherBearer')),
    stripCredential: flag('stripCredential', false),
    verbose: flag('verbose', true),
    skipPreflight: flag('skipPreflight', false),
    guarded: parseGuarded(flag('guarded', false), flag('optional', false)),
    onDenied: parseFunction('onDenied', chosen('onDenied')),
    clientAddress: parseFunction('clientAddress', chosen('clientAddress')),
    vary: `Authorization, ${header ?? 'X-API-Key'}`,
  }
}

type Flag = 'optional' | 'stripCredential' | 'verbose' | 'skipPreflight' | 'guarded'

function parseGuarded(guarded: boolean, optional: boolean): boolean {
  if (!guarded || !optional) return guarded
  throw new ConfigurationError(
    'guarded',
    '`guarded` and `optional` exclude each other: a guard lets no request without a key pass. Say `guarded: false` here.',
  )
}

/** Reads options, once: what the host changes later changes nothing. */
export function readOptions<Context, Host = Context>(options: unknown): HttpAuthOptions<Context, Host> {
  if (isRequestLike(options)) throw notCalled('authenticate', 'authenticate()')
  return parseOptions<HttpAuthOptions<Context, Host>>('apiKeyAuth', options, names)
}

/** Whether a value is a framework's request or context: then a function was passed instead of called. */
export function isRequestLike(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  // Inherited members say nothing about this value.
  const has = (name: string): boolean => name in value && !(name in Object.prototype)
  return has('rawHeaders') || (has('req') && has('res'))
}

/** The error for a middleware factory that was passed on instead of being called. */
export function notCalled(name: string, call: string): ConfigurationError {
  return new ConfigurationError(
    name,
    `${name} makes the middleware; it is not one itself. Write app.use(auth.${call}), not app.use(auth.${name}).`,
  )
}

function parseHeader(header: unknown): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && fieldName.test(header) && !taken.test(header.toLowerCase())) return header
  throw new ConfigurationError(
    'header',
    typeof header === 'string'
      ? header.includes('_')
        ? 'Expected `header` to be a field name without `_`, such as "X-API-Key": proxies drop others.'
        : 'Expected `header` to be a field name without another meaning, such as "X-API-Key". ' +
          '`Authorization: Bearer` is always accepted.'
      : `Expected \`header\` to be a field name such as "X-API-Key", got ${kindOf(header)}.`,
  )
}

function parseRealm(realm: unknown): string {
  if (realm === undefined) return 'api'
  if (typeof realm === 'string' && realmText.test(realm)) return realm
  throw new ConfigurationError(
    'realm',
    'Expected `realm` to be 1 to 128 characters of printable ASCII without double quotes and backslashes ' +
      `(RFC 6750 section 3), got ${typeof realm === 'string' ? 'other text' : kindOf(realm)}.`,
  )
}

function parseOtherBearer(value: unknown): OtherBearer {
  if (value === undefined) return 'refuse'
  if (value === 'refuse' || value === 'pass' || typeof value === 'function') return value as OtherBearer
  throw new ConfigurationError(
    'otherBearer',
    `Expected \`otherBearer\` to be "refuse", "pass" or a function, got ${describeValue(value)}.`,
  )
}

function parseFlag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (typeof value === 'boolean') return value
  throw new ConfigurationError(name, `Expected \`${name}\` to be true or false, got ${kindOf(value)}.`)
}

function parseFunction<Kind>(name: string, value: Kind): Kind {
  if (value === undefined || typeof value === 'function') return value
  throw new ConfigurationError(name, `Expected \`${name}\` to be a function, got ${kindOf(value)}.`)
}
