import { type Answer, type AuthStep, type Decision, identify, isThenable } from '@claviger/core/http'
import type { Context, Middleware, Next } from 'koa'
import { varyKeeper } from './vary-keeper.ts'

/** Makes a middleware of a step. */
export function toMiddleware({
  decide,
  responder,
  identifies,
  either,
}: AuthStep<Context, Context, Middleware>): Middleware {
  const keepVary = varyKeeper(responder)
  // Not async: what follows has a promise already, and one more for each guard is what half of this would cost.
  const carryOut = (decision: Decision, ctx: Context, next: Next): Promise<void> => {
    if (!responder.prepare(ctx.res, decision)) return Promise.resolve()
    keepVary(ctx)
    if (identifies) identify(ctx.state, decision.type === 'pass' ? decision.apiKey : undefined)
    if (decision.type === 'pass') return next()
    if (decision.type === 'other') return ask(ctx, next)
    return Promise.resolve(responder.refuse(ctx.res, decision, answerOf(ctx)))
  }
  const ask = async (ctx: Context, next: Next): Promise<void> => {
    if (either === undefined) throw new TypeError('Expected another authenticator to ask.')
    let isAsked = false
    await either.other(ctx, async () => {
      if (isAsked) throw new Error('next() called multiple times')
      isAsked = true
      await carryOut(await either.admit(ctx.req, ctx, ctx.res), ctx, next)
    })
  }
  return (ctx: Context, next: Next): Promise<void> => {
    const decision = decide(ctx.req, ctx, ctx.res)
    // By what it can do: with another global Promise, or two of them, `instanceof` says no to Node's own.
    return isThenable(decision) ? decision.then((late) => carryOut(late, ctx, next)) : carryOut(decision, ctx, next)
  }
}

function answerOf(ctx: Context): Answer<Context> {
  return {
    context: ctx,
    discard() {
      if (ctx.res.headersSent) return false
      // A type set before would make Koa 3 write the removed body as `null`.
      ctx.remove('Content-Type')
      ctx.body = undefined
      ctx.respond = true
      return true
    },
    isAnswered: () => (ctx.body !== undefined && ctx.body !== null) || ctx.respond === false || ctx.res.headersSent,
    setStatus(status) {
      ctx.status = status
    },
    send(body) {
      ctx.body = body === '' ? undefined : body
    },
  }
}
