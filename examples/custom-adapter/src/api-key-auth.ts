import type { Keyring } from '@claviger/core'
import {
  type Answer,
  type ApiKeyAuth,
  type AuthStep,
  createHttpAuth,
  type Decision,
  type HttpAuthOptions,
  identify,
} from '@claviger/core/http'
import type { Exchange, Middleware } from './exchange.ts'

/** What the adapter gives its users: the same names as every other adapter. */
export function apiKeyAuth<Permission extends string>(
  keyring: Keyring<Permission>,
  options?: HttpAuthOptions<Exchange>,
): ApiKeyAuth<Permission, Exchange, Middleware> {
  return createHttpAuth(keyring, options, toMiddleware, { addressOf: ({ ip }) => ip })
}

function toMiddleware({ decide, responder, identifies, either }: AuthStep<Exchange, Exchange, Middleware>): Middleware {
  const carryOut = async (decision: Decision, exchange: Exchange, next: () => Promise<void>): Promise<void> => {
    const { req, res } = exchange
    if (!responder.prepare(res, decision)) return
    if (identifies) identify(exchange, decision.type === 'pass' ? decision.apiKey : undefined)
    if (decision.type === 'pass') await next()
    else if (decision.type !== 'other') await responder.refuse(res, decision, answerOf(exchange))
    else await either?.other(exchange, async () => carryOut(await either.admit(req, exchange, res), exchange, next))
  }
  return async (exchange, next) => carryOut(await decide(exchange.req, exchange, exchange.res), exchange, next)
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
