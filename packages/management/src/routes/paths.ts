import { type Problem, problem } from '../problems/problem.ts'
import { endpoints } from './all.ts'
import type { Endpoint } from './endpoint.ts'

/** The path of an endpoint as Hono writes it. */
export function pathFor({ path }: Pick<Endpoint, 'path'>): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** What is wrong with a request that no route takes: its method, or its path. */
export function unrouted(method: string, path: string): Problem {
  const methods = new Set(
    endpoints.flatMap((endpoint) => (patternFor(endpoint).test(path) ? [endpoint.method.toUpperCase()] : [])),
  )
  if (path === '/openapi.json') methods.add('GET')
  if (methods.has('GET')) methods.add('HEAD')
  if (methods.size === 0 || methods.has(method)) return problem('not_found')
  return problem('method_not_allowed', {}, { Allow: [...methods].join(', ') })
}

function patternFor({ path }: Pick<Endpoint, 'path'>): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

/** Where the API is mounted, as clients see it; empty where that is the root, or cannot be told. */
export function publicPathOf(requestUrl: string, originalUrl: string | undefined): string {
  const [original = ''] = (originalUrl ?? '').split('?', 1)
  const { pathname } = new URL(requestUrl)
  return original.startsWith('/') && original.endsWith(pathname) ? original.slice(0, -pathname.length) : ''
}
