import type { MountHost } from './fetch-handler.ts'
import type { Exchange } from './node-exchange.ts'
import { originOf } from './origin.ts'
import { bodyOf } from './parsed-body.ts'
import { requestHeaders } from './request-headers.ts'
import { hasBody, sentBody } from './sent-body.ts'
import { originForm, unchangeable } from './target.ts'

/** What a handler is called with, or why it is not. */
export type Translation =
  | { readonly request: Request; readonly host: MountHost }
  | { readonly problem: 'request_target' | 'method' | 'body_lost' }

// What the Fetch API refuses to make a request of.
const unsupported = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * Makes a request of the Fetch API.
 *
 * @param target inside the mount
 * @throws what a parser's result throws when it is written again
 */
export function toRequest(exchange: Exchange, target: string, signal: AbortSignal): Translation {
  const { req, native, originalUrl } = exchange
  const { method = 'GET' } = req
  if (unsupported.has(method)) return { problem: 'method' }
  const path = unchangeable(target)
  if (path === undefined) return { problem: 'request_target' }
  const headers = requestHeaders(req, exchange.host)
  const host = { native, originalUrl: originForm(originalUrl ?? target) }
  const url = originOf(exchange.protocol, exchange.host) + path
  if (method === 'GET' || method === 'HEAD' || !hasBody(req)) {
    return { request: new Request(url, { method, headers, signal }), host }
  }
  if (!req.readableEnded) {
    return { request: new Request(url, { method, headers, signal, body: sentBody(req), duplex: 'half' }), host }
  }
  const type = headers.get('content-type') ?? ''
  const body = bodyOf(exchange.parsed, type)
  if (body === undefined) return { problem: 'body_lost' }
  describe(headers, body.bytes.byteLength)
  // Written again, it is UTF-8, whatever it was.
  if (!body.isExact) headers.set('content-type', type.replace(/;.*$/s, '').trim())
  const request = new Request(url, { method, headers, signal, body: body.bytes })
  return { request, host: { ...host, isBodyRebuilt: !body.isExact } }
}

/** Parsers decompress and join what comes in parts. */
function describe(headers: Headers, length: number): void {
  headers.delete('content-encoding')
  headers.delete('transfer-encoding')
  headers.set('content-length', String(length))
}
