import type { Keyring } from '@claviger/core'
import {
  type Answer,
  type ApiKeyAuth,
  type AuthStep,
  createHttpAuth,
  type HttpAuthOptions,
  identify,
} from '@claviger/core/http'
import type { Exchange, Middleware } from './exchange.ts'

/** What the adapter gives its users: the same names as every other adapter. */
export function apiKeyAuth<Permission extends string>(
  keyring: Keyring<Permission>,
  options?: HttpAuthOptions<Exchange>,
): ApiKeyAuth<Permission, Exchange, Middleware> {
  return createHttpAuth(keyring, options, toMiddleware)
}

function toMiddleware({ decide, responder, identifies }: AuthStep<Exchange, Exchange>): Middleware {
  return async (exchange, next) => {
    const { req, res } = exchange
    const decision = await decide(req, exchange, res)
    if (!responder.prepare(res, decision)) return
    if (identifies) identify(exchange, decision.type === 'pass' ? decision.apiKey : undefined)
    if (decision.type === 'pass') await next()
    else await responder.refuse(res, decision, answerOf(exchange))
  }
}

function answerOf(exchange: Exchange): Answer<Exchange> {
  const { res } = exchange
  return {
    context: exchange,
    discard: () => !res.headersSent,
    isAnswered: () => res.headersSent || res.writableEnded,
    setStatus(status) {
      res.statusCode = status
    },
    send(body) {
      res.end(body)
    },
  }
}
