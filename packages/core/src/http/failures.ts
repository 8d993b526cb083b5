import type { HttpRequest } from './request.ts'

const counters = new WeakMap<HttpRequest, readonly (() => void)[]>()

/** Has a failed authentication of this request counted. */
export function noteFailures(request: HttpRequest, count: () => void): void {
  counters.set(request, [...(counters.get(request) ?? []), count])
}

/** The request was answered 401: each limit counts it once. */
export function countFailure(request: HttpRequest): void {
  const noted = counters.get(request)
  if (noted === undefined) return
  counters.delete(request)
  for (const count of noted) count()
}
