import { RedirectRefusedError } from '../errors/errors.ts'
import type { RequestPlan } from './plan.ts'

const statuses = new Set([301, 302, 303, 307, 308])
const headersOfBody = ['Content-Encoding', 'Content-Language', 'Content-Length', 'Content-Location', 'Content-Type']

/** The most redirects that are followed for one request. */
const mostRedirects = 10

/**
 * Where an answer leads: the next request, or undefined when the answer is no redirect, or the caller wants it as it is.
 * Methods change as the Fetch standard says.
 *
 * Another origin is never followed, not even without the key: what answers there is not the API, and code that has asked
 * the API would take it for the API's answer.
 *
 * @throws {RedirectRefusedError} when it must not be followed
 */
export function nextHop(response: Response, plan: RequestPlan, hops: number): RequestPlan | undefined {
  if (plan.redirect === 'manual') return undefined
  if (response.type === 'opaqueredirect') {
    throw new RedirectRefusedError(
      'hidden',
      'The API redirects, and this runtime does not say where to. Correct baseUrl.',
    )
  }
  const location = response.headers.get('Location')
  if (!statuses.has(response.status) || location === null) return undefined
  if (plan.redirect === 'error')
    throw new RedirectRefusedError('not_wanted', 'The API redirects, and redirect is "error".')
  const url = resolve(location, plan.url)
  if (url.origin !== plan.url.origin) {
    throw new RedirectRefusedError(
      'other_origin',
      `The API redirects to another origin (${url.origin}), which must not get the API key. If it has moved there, change baseUrl.`,
    )
  }
  if (hops >= mostRedirects) {
    throw new RedirectRefusedError('too_many', `The API redirected more than ${mostRedirects} times.`)
  }
  return moved(response.status, plan, url)
}

function resolve(location: string, from: URL): URL {
  try {
    const url = new URL(location, from)
    // As the Fetch standard says: the fragment is kept.
    if (url.hash === '') url.hash = from.hash
    if (url.username === '' && url.password === '') return url
  } catch {
    // Said below.
  }
  throw new RedirectRefusedError('not_a_url', 'The API redirects to something that is not a URL.')
}

function moved(status: number, plan: RequestPlan, url: URL): RequestPlan {
  const { method } = plan
  const becomesGet =
    ((status === 301 || status === 302) && method === 'POST') ||
    (status === 303 && method !== 'GET' && method !== 'HEAD')
  if (becomesGet) {
    const headers = new Headers(plan.headers)
    for (const name of headersOfBody) headers.delete(name)
    return { ...plan, url, method: 'GET', headers, body: undefined, isRepeatable: true }
  }
  if (plan.isRepeatable) return { ...plan, url }
  throw new RedirectRefusedError(
    'body_not_repeatable',
    'The API redirects a request whose body is a stream, which cannot be sent twice. Correct the address, or send a text or bytes.',
  )
}
