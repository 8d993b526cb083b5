import { ConfigurationError } from '@claviger/core'
import { type Problem, problem } from '../problems/problem.ts'

/** From where requests that change something may come. */
export interface CrossSiteOptions {
  /** Origins that may call from a browser besides the own one, such as `https://admin.example.com`. Default: none. */
  readonly trustedOrigins?: readonly string[] | undefined
  /**
   * Compare with `X-Forwarded-Host`: only behind a proxy that sets it on every request and rewrites `Host`. Default
   * false.
   */
  readonly trustProxyHost?: boolean | undefined
}

/** What of a request is looked at. */
export type CrossSiteRequest = Pick<Request, 'method' | 'url' | 'headers'>

/** Refuses what another site makes a browser send; undefined for everything else. */
export type CrossSiteCheck = (request: CrossSiteRequest) => Problem | undefined

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

// What a form can send without asking first.
const formTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
])

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/**
 * Makes the check against cross-site request forgery: by headers, without tokens or sessions. For every method but GET,
 * HEAD and OPTIONS:
 *
 * 1. `Sec-Fetch-Site` is there: `same-origin` and `none` pass; anything else only from a trusted origin.
 * 2. It is not, as over plain HTTP: the host of `Origin` must be the `Host` of the request, or the origin a trusted
 *    one. `Origin: null` is neither.
 * 3. Neither is there: no browser sent it. Forms are still refused, since browsers always send an `Origin` with
 *    them.
 *
 * An `Authorization` header changes nothing: browsers attach HTTP Basic by themselves.
 *
 * @throws {ConfigurationError} for an invalid trusted origin
 */
export function createCrossSiteCheck({
  trustedOrigins = [],
  trustProxyHost = false,
}: CrossSiteOptions): CrossSiteCheck {
  const trusted = new Set(trustedOrigins.map(parseOrigin))

  return ({ method, url, headers }) => {
    if (safeMethods.has(method)) return undefined
    const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin')]
    if (origin !== null && trusted.has(origin.toLowerCase())) return undefined
    if (site !== null) {
      return site === 'same-origin' || site === 'none' ? undefined : refused('Sec-Fetch-Site', trust)
    }
    if (origin === null) return isForm(headers) ? refused('Origin', sendJson) : undefined
    const forwarded = trustProxyHost ? firstOf(headers.get('x-forwarded-host')) : undefined
    const host = forwarded ?? headers.get('host') ?? hostOfUrl(url)
    return isOf(origin, host) ? undefined : refused('Origin', trustOrProxy)
  }
}

const trust = 'To call from another origin on purpose, add it to trustedOrigins.'
const trustOrProxy = `${trust} Behind a proxy that rewrites Host, set trustProxyHost.`
const sendJson = 'Send a form from a page of this site, or JSON with "Content-Type: application/json".'

function refused(header: 'Sec-Fetch-Site' | 'Origin', fix: string): Problem {
  const said = header === 'Origin' ? 'Its Origin header' : 'Its Sec-Fetch-Site header'
  return problem('cross_origin_request', {
    detail: `The request does not come from this site. ${said} says so, or is missing.`,
    fix,
    errors: [{ header, message: 'not of this site' }],
  })
}

/** Whether an origin is of a host. The scheme is not compared: a proxy that ends TLS hides it. */
function isOf(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: from, hostname, port } = new URL(origin)
  // `null` and `file:` have no host.
  if (hostname === '') return false
  const asked = host.toLowerCase()
  return asked === from || (port === '' && asked === `${hostname}:${defaultPorts[protocol] ?? ''}`)
}

function isForm(headers: Headers): boolean {
  const type = headers.get('content-type')
  // Without a type, a body may still be a form's; without a body there is none.
  return type !== null && formTypes.has((type.split(';', 1)[0] ?? '').trim().toLowerCase())
}

function firstOf(list: string | null): string | undefined {
  const first = list?.split(',', 1)[0]?.trim()
  return first === '' ? undefined : first
}

function hostOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).host : ''
}

function parseOrigin(origin: unknown, index: number): string {
  if (typeof origin === 'string' && URL.canParse(origin) && /^https?:[^*]+$/.test(origin)) {
    if (new URL(origin).origin === origin.toLowerCase()) return origin.toLowerCase()
  }
  throw new ConfigurationError(
    `trustedOrigins[${index}]`,
    'Expected a trusted origin to be scheme, host and port only, such as "https://admin.example.com".',
  )
}
