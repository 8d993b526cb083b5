import type { ServerResponse } from 'node:http'
import { appendVary } from '../http/vary.ts'
import { type Answer, ofTheBody } from './answer.ts'
import type { Mountable } from './fetch-handler.ts'
import { createMounted, type Mounted, type MountOptions } from './mounted.ts'
import { nodeExchange, type NodeRequest, type NodeResponse } from './node-exchange.ts'
import { problemAnswer } from './problems.ts'

/** Handles a request of Node: as a listener, or as a middleware that goes on with what lies beside its prefix. */
export type MountMiddleware = (req: NodeRequest, res: NodeResponse, next?: (error?: unknown) => void) => void

/**
 * Mounts a handler of the Fetch API on `node:http`, `node:http2`, Express, or anything else that calls `(req, res, next)`.
 * `next` is called for requests beside the `prefix` only.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { mount } from '@claviger/core/mount'
 *
 * createServer(mount(api, { prefix: '/api/api-keys' })).listen(3000)
 *
 * @param handler an object with `fetch(request)`, such as a Hono app, or such a function
 * @throws {ConfigurationError} for an invalid handler or option
 */
export function mount(handler: Mountable, options?: MountOptions): MountMiddleware {
  const mounted = createMounted(handler, options)
  return function apiKeyMount(req, res, next) {
    const answering = mounted.answer(nodeExchange(req, res))
    if (answering !== undefined) void answering.then((answer) => write(res, answer, mounted, req.method))
    else if (next === undefined) write(res, problemAnswer('not_found', req.method), mounted, req.method)
    else next()
  }
}

function write(res: NodeResponse, answer: Answer, mounted: Mounted, method: string | undefined): void {
  try {
    send(res, answer, mounted)
  } catch (error) {
    // What no header can hold, for example.
    const problem = mounted.failed(error, method)
    if (res.headersSent) return void res.destroy()
    for (const [name] of answer.headers) res.removeHeader(name)
    send(res, problem, mounted)
  }
}

function send(res: NodeResponse, { status, headers, cookies, body }: Answer, mounted: Mounted): void {
  const isSource = body !== undefined && 'readable' in body
  if (res.headersSent || res.writableEnded || res.destroyed) {
    // The client left, or other code has answered.
    if (isSource) body.readable(() => {}).destroy()
    return
  }
  res.statusCode = status
  for (const name of ofTheBody) res.removeHeader(name)
  setHeaders(res, headers)
  if (cookies.length > 0) res.setHeader('Set-Cookie', [...cookiesOf(res), ...cookies])
  if (!isSource) return void (body === undefined ? res.end() : res.end(body))
  const stream = body.readable((error) => {
    mounted.broken(error)
    res.destroy()
  })
  res.once('close', () => stream.destroy())
  // The types of HTTP/2 leave it out.
  const { flushHeaders } = res as ServerResponse
  flushHeaders.call(res)
  if (hasFlush(res)) stream.on('data', () => res.flush())
  stream.pipe(res)
}

/** What was set before is replaced, since two policies would both hold; of `Vary` both count. */
function setHeaders(res: NodeResponse, headers: Answer['headers']): void {
  for (const [name, value] of headers) {
    res.setHeader(name, name === 'vary' ? appendVary(res.getHeader('Vary'), value) : value)
  }
}

function cookiesOf(res: NodeResponse): readonly string[] {
  const set = res.getHeader('Set-Cookie')
  return set === undefined ? [] : Array.isArray(set) ? set : [String(set)]
}

/** Middleware that compresses keeps what it has until it is told. Node's own method of that name is another. */
function hasFlush(res: object): res is { flush(): void } {
  return Object.hasOwn(res, 'flush') && typeof (res as { readonly flush?: unknown }).flush === 'function'
}
