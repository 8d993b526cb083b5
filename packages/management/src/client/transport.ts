import type { ManagementProblem } from '../problems/problem.ts'
import { ManagementClientError } from './client-error.ts'

/** Options of `managementClient`. */
export interface ClientOptions {
  /** Where the API is mounted, such as `https://app.example.com/settings/api-keys`. */
  readonly baseUrl: string
  /** Sent with every request, such as `Authorization`. A function is asked each time, for tokens that change. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined
  /** In place of the global `fetch`: with a proxy, a retry, or in tests. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
}

/** One request. */
export interface ClientRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: object | undefined
  readonly body?: object | undefined
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  readonly signal?: AbortSignal | undefined
}

/** Sends a request and gives the answer. @throws {ManagementClientError} for everything but a 2xx */
export type Transport = <Body>(request: ClientRequest) => Promise<Body>

/** Makes the transport. @throws {TypeError} for a base that is not a URL */
export function createTransport({ baseUrl, headers = {}, fetch: given }: ClientOptions): Transport {
  const base = new URL(baseUrl)
  if (base.username !== '' || base.password !== '') throw new TypeError('Give credentials in headers, not in baseUrl.')
  const root = `${base.origin}${base.pathname.replace(/\/+$/, '')}`
  const send = given ?? ((request: Request) => fetch(request))

  return async <Body>({ method, path, query = {}, body, headers: own = {}, signal }: ClientRequest): Promise<Body> => {
    const common = typeof headers === 'function' ? headers() : headers
    const request = new Request(`${root}${path}${searchOf(query)}`, {
      method,
      // A redirect would carry the credentials, and a body with them, to where it leads.
      redirect: 'error',
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...common,
        ...present(own),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    })
    const response = await send(request)
    if (response.ok) return answerOf<Body>(response)
    throw new ManagementClientError(response.status, await problemIn(response), secondsIn(response))
  }
}

async function answerOf<Body>(response: Response): Promise<Body> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  const body: unknown = isJson ? await response.json().catch(() => undefined) : undefined
  if (typeof body === 'object' && body !== null) return body as Body
  throw new ManagementClientError(response.status, undefined, undefined)
}

async function problemIn(response: Response): Promise<ManagementProblem | undefined> {
  if (!(response.headers.get('content-type')?.startsWith('application/problem+json') ?? false)) return undefined
  const body: unknown = await response.json().catch(() => undefined)
  const isProblem = typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
  return isProblem ? (body as ManagementProblem) : undefined
}

function secondsIn({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : undefined
}

type Parameter = string | number | boolean | undefined

function searchOf(query: object): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query) as [string, Parameter | readonly Parameter[]][]) {
    for (const each of [value].flat()) if (each !== undefined) search.append(name, `${each}`)
  }
  return search.size === 0 ? '' : `?${search.toString()}`
}

function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
