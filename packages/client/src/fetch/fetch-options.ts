import { SetupError } from '../errors/errors.ts'
import { checkedKey } from '../key/api-key.ts'
import type { HiddenApiKey } from '../key/hidden-key.ts'
import { checkKeyForm, keyFormNames } from '../key/key-form.ts'
import type { KeyForm } from '../key/mistake.ts'
import { kindOf, readOptions } from '../options.ts'
import { type ClientClock, systemClock } from '../runtime.ts'
import { type BaseUrl, parseBaseUrl } from './base-url.ts'
import type { ExpiryNotice } from './expiry-notice.ts'
import { parseRetry, type RetryOptions, type RetryPolicy } from './retry.ts'

/** What `createFetch` takes. */
export interface FetchOptions extends KeyForm {
  /** From `apiKeyFromEnv`. A text works too and is not recommended: it is easily logged, and committed with the code. */
  readonly apiKey: HiddenApiKey | string
  /** Where the API is, with its path: `https://api.acme.example/v1`. */
  readonly baseUrl: string | URL
  /** The header that carries the key. Default `Authorization`, with the scheme `Bearer`; any other gets the bare key. */
  readonly header?: string | undefined
  /** What is sent again after 429 and 503, as `Retry-After` says. `false`: nothing. */
  readonly retry?: RetryOptions | false | undefined
  /** Called once, when the API announces that the key ends soon. Default: a warning of the process. */
  readonly onExpiring?: ((notice: ExpiryNotice) => void) | undefined
  /** Allows a base URL with `http:` that is not on this machine. Everyone on the way can read the key. */
  readonly allowHttp?: boolean | undefined
  /** The `fetch` to send with, for proxies and tests. Default: that of the runtime. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Time and timers, for tests. */
  readonly clock?: ClientClock | undefined
  /** A number from 0 to 1, for tests. Spreads the attempts of many clients. */
  readonly random?: (() => number) | undefined
}

/** The same, checked. */
export interface ResolvedFetchOptions {
  readonly key: HiddenApiKey
  readonly base: BaseUrl
  readonly header: string
  readonly policy: RetryPolicy
  readonly fetch: typeof globalThis.fetch
  readonly clock: ClientClock
  readonly random: () => number
  readonly onExpiring: ((notice: ExpiryNotice) => void) | undefined
}

const names = [
  ...keyFormNames,
  'apiKey',
  'baseUrl',
  'header',
  'retry',
  'onExpiring',
  'allowHttp',
  'fetch',
  'clock',
  'random',
] as const

const headerName = /^[A-Za-z][A-Za-z0-9-]{0,63}$/

/** Reads the options, with their defaults. */
export function parseFetchOptions(options: FetchOptions): ResolvedFetchOptions {
  const given = readOptions<FetchOptions>('createFetch', options, names)
  const { header = 'Authorization', allowHttp = false, clock = systemClock, random = Math.random } = given
  if (typeof header !== 'string' || !headerName.test(header)) {
    throw new SetupError('header', 'Expected header to be the name of a header, such as "X-API-Key".')
  }
  if (typeof allowHttp !== 'boolean') {
    throw new SetupError('allowHttp', `Expected allowHttp to be true or false, got ${kindOf(allowHttp)}.`)
  }
  const base = parseBaseUrl(given.baseUrl, allowHttp)
  return {
    key: checkedKey(given.apiKey, checkKeyForm('createFetch', given)),
    base,
    header,
    policy: parseRetry(given.retry),
    fetch: optionalFunction('fetch', given.fetch) ?? ((input, init) => globalThis.fetch(input, init)),
    clock,
    random: optionalFunction('random', random) ?? Math.random,
    onExpiring: optionalFunction('onExpiring', given.onExpiring),
  }
}

function optionalFunction<F>(option: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw new SetupError(option, `Expected ${option} to be a function, got ${kindOf(value)}.`)
}
