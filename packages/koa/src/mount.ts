import { Readable } from 'node:stream'
import {
  type Answer,
  createMounted,
  type Mountable,
  type Mounted,
  type MountOptions,
  ofTheBody,
} from '@claviger/core/mount'
import type { Context, Middleware } from 'koa'

/**
 * Mounts a handler of the Fetch API, such as a Hono app. It answers every request below its `prefix` and goes on with others;
 * it works before and after body parsers, below koa-mount without a `prefix`, and on routes of `@koa/router` with one.
 *
 * @example
 * app.use(mount(api, { prefix: '/api/api-keys' }))
 *
 * @param handler an object with `fetch(request)`, or such a function; its request's URL has the path below the mount
 * @throws {ConfigurationError} for an invalid handler or option
 */
export function mount(handler: Mountable, options?: MountOptions): Middleware {
  const mounted = createMounted(handler, options)
  return function apiKeyMount(ctx, next) {
    const { req, res, url, originalUrl, protocol, host } = ctx
    const parsed = { ...bodyOf(req), ...bodyOf(ctx.request) }
    const answering = mounted.answer({ req, res, native: ctx, url, originalUrl, protocol, host, parsed })
    return answering === undefined ? next() : answering.then((answer) => give(ctx, answer, mounted))
  }
}

/** What koa-bodyparser and its like leave. */
function bodyOf(request: object): object {
  const { body, rawBody } = request as { readonly body?: unknown; readonly rawBody?: unknown }
  return { ...(body === undefined ? {} : { body }), ...(rawBody === undefined ? {} : { rawBody }) }
}

/** Hands an answer to Koa, so that middleware above can compress it, measure it and log it. */
function give(ctx: Context, answer: Answer, mounted: Mounted): void {
  try {
    hand(ctx, answer, mounted)
  } catch (error) {
    // What no header can hold, for example. Thrown on, it would take back headers that others have set.
    for (const [name] of answer.headers) ctx.remove(name)
    hand(ctx, mounted.failed(error, ctx.method), mounted)
  }
}

function hand(ctx: Context, { status, headers, cookies, body }: Answer, mounted: Mounted): void {
  const stream = streamOf(body, (error) => {
    mounted.broken(error)
    // Koa 2 would leave the connection open.
    ctx.res.destroy()
  })
  // The client left, or other code has answered.
  if (ctx.headerSent || ctx.res.writableEnded || ctx.res.destroyed) return void stream?.destroy()
  ctx.respond = true
  ctx.status = status
  ctx.body = isEmpty(status) ? null : (stream ?? body ?? (ctx.method === 'HEAD' ? Readable.from([]) : Buffer.alloc(0)))
  // Setting a body sets these, too.
  for (const name of ofTheBody) ctx.remove(name)
  for (const [name, value] of headers) {
    if (name === 'vary') ctx.vary(value)
    else ctx.set(name, value)
  }
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie)
  if (ctx.method === 'HEAD' && !ctx.writable) endHead(ctx)
}

function streamOf(body: Answer['body'], onFailure: (error: unknown) => void): Readable | undefined {
  return body !== undefined && 'readable' in body ? body.readable(onFailure) : undefined
}

/** Answers that have no body. */
function isEmpty(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

/** Koa takes the response to HEAD over HTTP/2 for one that has ended; Koa 2 never answers it. */
function endHead(ctx: Context): void {
  ctx.respond = false
  ctx.res.end()
}
