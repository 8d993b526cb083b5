import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, type Decision, isThenable, type Passage } from '@claviger/core/http'
import type { Request, Response } from 'express'

/** Ends a middleware: on to the next one, or with an error to the host's error handler. */
export type Next = (error?: unknown) => void

/** A middleware: for Express 4 and 5, and for anything that calls `(req, res, next)` with Node's own objects. */
export type ApiKeyMiddleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void

/** What `onDenied` gets besides the denial. */
export interface DeniedContext {
  readonly req: Request
  readonly res: Response
  /** Hands an error to the host's error handler. Without an error object it does nothing: the request never passes. */
  readonly next: (error?: unknown) => void
}

/** Carries out a gate's decisions in Express. Calls `next` at most once, and in the same tick when it can. */
export function middleware(name: string, { gate, responder }: Passage<Request, DeniedContext>): ApiKeyMiddleware {
  const carryOut = (decision: Decision, req: Request, res: Response, next: Next): void => {
    if (!responder.prepare(res, decision)) return
    if (decision.type === 'pass') {
      if (decision.apiKey !== undefined) req.apiKey = decision.apiKey
      next()
    } else void responder.refuse(res, decision, answerOf(req, res, next))
  }
  const handle: ApiKeyMiddleware = (incoming, response, next) => {
    const req = incoming as Request
    const res = response as Response
    const decision = gate(req, req, res)
    // By what it can do: with another global Promise, or two of them, `instanceof` says no to Node's own.
    if (isThenable(decision)) decision.then((late) => carryOut(late, req, res, next)).catch(next)
    else carryOut(decision, req, res, next)
  }
  return Object.defineProperty(handle, 'name', { value: name })
}

function answerOf(req: Request, res: Response, next: Next): Answer<DeniedContext> {
  let isHandedOn = false
  const isAnswered = (): boolean => isHandedOn || res.headersSent || res.writableEnded
  return {
    context: {
      req,
      res,
      next(error) {
        if (typeof error !== 'object' || error === null || isAnswered()) return
        isHandedOn = true
        next(error)
      },
    },
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
