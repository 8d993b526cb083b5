import type { Actor } from '@claviger/core'

/** What stands around a request that reaches a `fetch` handler of ours. Adapters give it as the second argument. */
export interface Host {
  /** The framework's own request: Express's `req`, Koa's `ctx`. Sessions live there. */
  readonly native?: unknown
  /** Path and query as the client sent them, before a mount took its prefix off. */
  readonly originalUrl?: string | undefined
}

/** What `authorize` and the other hooks of a host are asked with. */
export interface HostRequest {
  /**
   * The request without its body: who someone is must not depend on what they send. Its URL is relative to the mount.
   */
  readonly request: Request
  /** Express's `req`, Koa's `ctx`, or what you gave to `fetch` yourself; undefined without an adapter. */
  readonly native: unknown
}

/**
 * What `authorize` answers: who makes the call; null for no one, which is 401; or where to sign in, which a console
 * follows and an API answers with 401.
 */
export type AuthorizeAnswer = Actor | null | { readonly redirect: string }

/**
 * Says who makes a call. Take it from a session or a verified key, never from a body or a query: workspace and ceiling
 * come from the actor only. What it throws never lets anyone pass.
 */
export type Authorize = (asked: HostRequest) => AuthorizeAnswer | Promise<AuthorizeAnswer>

const names: readonly string[] = ['native', 'originalUrl'] satisfies (keyof Host)[]

/**
 * Reads the second argument of a `fetch` handler. Frameworks hand over other things there, such as the bindings of Hono
 * or the sockets of a Node server: those count as absent.
 */
export function hostOf(given: unknown): Host {
  if (typeof given !== 'object' || given === null || !names.some((name) => Object.hasOwn(given, name))) return {}
  const { native, originalUrl } = given as { readonly native?: unknown; readonly originalUrl?: unknown }
  return typeof originalUrl === 'string' ? { native, originalUrl } : { native }
}

/** The same request, as hooks of the host may see it: they can neither read nor use up its body. */
export function askedWith(request: Request, { native }: Host): HostRequest {
  const { url, method, headers, body } = request
  return { request: body === null ? request : new Request(url, { method, headers }), native }
}
