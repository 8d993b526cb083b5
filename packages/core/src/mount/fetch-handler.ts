import { ConfigurationError } from '../errors/errors.ts'
import { kindOf } from '../input/describe-value.ts'

/** What a handler learns besides the request. */
export interface MountHost {
  /** Express's `req`, Koa's `ctx`, Node's request: where sessions are. */
  readonly native: unknown
  /** The whole path with its query, as the client asked for it. */
  readonly originalUrl: string
  /**
   * The body is not what was sent, byte for byte: a parser of the host had read it, and it was written again from what that
   * parser made of it. Signatures over the body cannot be verified then.
   */
  readonly isBodyRebuilt?: boolean
}

/** A handler of the Fetch API as a function. */
export type FetchFunction = (request: Request, host: MountHost) => Response | Promise<Response>

/** A handler of the Fetch API: a Hono app is one. */
export interface FetchHandler {
  /** @param request its URL has the path inside the mount, without what the framework or `prefix` took off */
  fetch(request: Request, host: MountHost): Response | Promise<Response>
}

/** What can be mounted. */
export type Mountable = FetchHandler | FetchFunction

/** Reads what `mount` was given. */
export function fetchOf(handler: unknown): FetchFunction {
  if (typeof handler === 'function' && !('fetch' in handler)) return handler as FetchFunction
  const { fetch } = Object(handler) as Partial<FetchHandler>
  if (typeof fetch === 'function') return (request, host) => (handler as FetchHandler).fetch(request, host)
  throw new ConfigurationError(
    'handler',
    `mount() takes an object with a method fetch(request), or such a function, got ${kindOf(handler)}.`,
  )
}
