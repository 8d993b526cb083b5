import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, type AuthStep, type Decision, type Identified, identify, isThenable } from '@claviger/core/http'
import type { Request, Response } from 'express'
import { askOther, type OtherMiddleware } from './ask-other.ts'

/** Ends a middleware: on to the next one, or with an error to the host's error handler. */
export type Next = (error?: unknown) => void

/** A middleware: for Express 4 and 5, and for anything that calls `(req, res, next)` with Node's own objects. */
export type ApiKeyMiddleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void

/**
 * What `onDenied` gets besides the denial. There is no `next` in it: an error handler behind it could send the request on
 * to the handler.
 */
export interface DeniedContext {
  readonly req: Request
  readonly res: Response
}

/** Makes a middleware of a step. It calls `next` in the same tick when it can, and never after a denial. */
export function toMiddleware({
  decide,
  responder,
  identifies,
  either,
}: AuthStep<Request, DeniedContext, OtherMiddleware>): ApiKeyMiddleware {
  const carryOut = (decision: Decision, req: Request, res: Response, next: Next): void => {
    if (!responder.prepare(res, decision)) return
    if (identifies) identify(req as Identified, decision.type === 'pass' ? decision.apiKey : undefined)
    if (decision.type === 'pass') return next()
    if (decision.type === 'other') return ask(req, res, next)
    // Express keeps one there: `onDenied` could go on with it.
    Object.assign(req, { next: undefined })
    void responder.refuse(res, decision, answerOf(req, res))
  }
  const ask = (req: Request, res: Response, next: Next): void => {
    if (either === undefined) throw new TypeError('Expected another authenticator to ask.')
    const { other, admit } = either
    const asking = {
      other,
      leave: next,
      admit: () => admit(req, req, res),
      carryOut: (decision: Decision) => carryOut(decision, req, res, next),
    }
    askOther(asking, req, res)
  }
  return (incoming, response, next) => {
    const req = incoming as Request
    const res = response as Response
    const decision = decide(req, req, res)
    // By what it can do: with another global Promise, or two of them, `instanceof` says no to Node's own.
    if (isThenable(decision)) decision.then((late) => carryOut(late, req, res, next)).catch(next)
    else carryOut(decision, req, res, next)
  }
}

function answerOf(req: Request, res: Response): Answer<DeniedContext> {
  const isAnswered = (): boolean => res.headersSent || res.writableEnded
  return {
    context: { req, res },
    discard: () => !isAnswered(),
    isAnswered,
    setStatus(status) {
      res.statusCode = status
    },
    send(body) {
      res.end(body)
    },
  }
}
