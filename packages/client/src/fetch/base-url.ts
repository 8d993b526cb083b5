import { RequestRefusedError, SetupError } from '../errors/errors.ts'

/** Where an API is, taken apart once. */
export interface BaseUrl {
  readonly origin: string
  /** Without a slash at the end; empty for the root. */
  readonly path: string
}

const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:/
const otherHost = /^[\\/]{2}/

/**
 * Reads the base URL of an API.
 *
 * @param allowHttp sends the key without encryption to another machine, where the host says so
 */
export function parseBaseUrl(value: unknown, allowHttp: boolean): BaseUrl {
  const url = urlOf(value)
  if (url === undefined) {
    throw new SetupError(
      'baseUrl',
      'createFetch expects baseUrl to be an absolute URL, such as "https://api.acme.example/v1".',
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SetupError('baseUrl', 'createFetch expects a baseUrl that begins with "https://".')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new SetupError('baseUrl', 'baseUrl has a user name, a password, a query or a fragment in it. Remove that.')
  }
  if (url.protocol === 'http:' && !loopback.test(url.hostname) && !allowHttp) {
    throw new SetupError(
      'baseUrl',
      'baseUrl begins with "http://": everyone on the way could read the API key. Use "https://". ' +
        'Within a network that is encrypted by other means, set allowHttp: true.',
    )
  }
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') }
}

/**
 * The address of one request. A path is added to the path of the base URL, with one slash between; an absolute URL must
 * be of the same origin.
 *
 * @throws {RequestRefusedError} for an address that the key does not belong to
 */
export function targetOf(input: string | URL, base: BaseUrl): URL {
  if (typeof input !== 'string' || absolute.test(input.trim()) || otherHost.test(input.trim())) {
    return sameOrigin(input, base)
  }
  const [, slashes = '', rest = ''] = /^(\/?)([\s\S]*)$/.exec(input) ?? []
  const joint = slashes === '' && (rest === '' || /^[?#]/.test(rest)) ? '' : '/'
  const url = urlOf(`${base.origin}${base.path}${joint}${rest}`)
  if (url === undefined)
    throw new RequestRefusedError('not_a_url', 'The path of the request is not valid. Nothing was sent.')
  const isInside = url.pathname === base.path || url.pathname.startsWith(`${base.path}/`)
  if (url.origin === base.origin && isInside) return url
  throw new RequestRefusedError(
    'outside_base_url',
    `The path leads out of ${base.origin}${base.path} by "..": nothing was sent. Encode ids with encodeURIComponent().`,
  )
}

function sameOrigin(input: string | URL, base: BaseUrl): URL {
  const url = urlOf(typeof input === 'string' && otherHost.test(input.trim()) ? `https:${input.trim()}` : input)
  if (url === undefined) throw new RequestRefusedError('not_a_url', 'The address is not a URL. Nothing was sent.')
  if (url.origin === base.origin && url.username === '' && url.password === '') return url
  throw new RequestRefusedError(
    'other_origin',
    `The key belongs to ${base.origin}, and the request goes elsewhere: nothing was sent. ` +
      'Use fetch for other addresses, and begin a path that has a colon with "/".',
  )
}

function urlOf(value: unknown): URL | undefined {
  if (typeof value !== 'string' && !(value instanceof URL)) return undefined
  try {
    return new URL(value)
  } catch {
    return undefined
  }
}
