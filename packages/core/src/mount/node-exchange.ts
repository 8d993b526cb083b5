import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request of `node:http` or `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** A response of `node:http` or `node:http2`. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/** One request, as a framework describes it. */
export interface Exchange {
  readonly req: NodeRequest
  readonly res: NodeResponse
  /** What handlers get as `native`. */
  readonly native: unknown
  /** The target, without what the framework took off. */
  readonly url: string | undefined
  readonly originalUrl: string | undefined
  /** `https` or `http`. */
  readonly protocol: unknown
  /** Name and port of the server, as the client or a proxy that the host trusts says. */
  readonly host: unknown
  /** What the host's parsers left of the body. */
  readonly parsed: ParsedBody
}

/** What body parsers leave on a request. */
export interface ParsedBody {
  readonly rawBody?: unknown
  readonly body?: unknown
}

interface FromExpress extends ParsedBody {
  readonly app?: unknown
  readonly originalUrl?: unknown
  readonly protocol?: unknown
  readonly hostname?: unknown
}

/** Reads what Express and its like put on Node's request. Plain Node puts none of it there. */
export function nodeExchange(req: NodeRequest, res: NodeResponse): Exchange {
  const told = req as FromExpress
  const { originalUrl, app } = told
  const isExpress = typeof app === 'function'
  const { encrypted } = Object(req.socket) as { readonly encrypted?: unknown }
  return {
    req,
    res,
    native: req,
    url: req.url,
    originalUrl: typeof originalUrl === 'string' ? originalUrl : req.url,
    protocol: isExpress ? told.protocol : encrypted === true ? 'https' : 'http',
    host: hostOf(req, isExpress ? told.hostname : undefined),
    parsed: told,
  }
}

/**
 * @param trusted Express's `hostname`: the header's own, or what a trusted proxy says, but never with its port
 */
function hostOf({ headers }: NodeRequest, trusted: unknown): unknown {
  const sent = headers[':authority'] ?? headers.host
  if (typeof trusted !== 'string' || trusted === withoutPort(sent)) return sent
  const [forwarded = ''] = String(headers['x-forwarded-host'] ?? '').split(',', 1)
  return withoutPort(forwarded.trim()) === trusted ? forwarded.trim() : trusted
}

function withoutPort(host: unknown): unknown {
  return typeof host === 'string' ? host.replace(/:\d*$/, '') : host
}
