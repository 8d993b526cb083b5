import type { Responder } from '@claviger/core/http'
import type { Context } from 'koa'

type OnError = Context['onerror']

// One for each value of `Vary`, so that a guard finds what an authenticator has set.
const handlers = new Map<string, OnError>()

/**
 * Koa takes back every header for its own answer to an error, `Vary` included, and a shared cache would then hand one
 * client's 404 to another. Makes a function that has it set again.
 */
export function varyKeeper(responder: Responder<Context>): (ctx: Context) => void {
  const handler =
    handlers.get(responder.vary) ?? keeping(responder, (ctx) => Object.getPrototypeOf(ctx).onerror as OnError)
  handlers.set(responder.vary, handler)
  return (ctx) => {
    if (ctx.onerror === handler) return
    const own = Object.hasOwn(ctx, 'onerror') ? ctx.onerror : undefined
    // No event: what Koa calls with an error.
    // oxlint-disable-next-line prefer-add-event-listener
    ctx.onerror = own === undefined ? handler : keeping(responder, () => own)
  }
}

function keeping(responder: Responder<Context>, inherited: (ctx: Context) => OnError): OnError {
  return function (this: Context, error) {
    responder.keepVary(this.res)
    inherited(this).call(this, error)
  }
}
