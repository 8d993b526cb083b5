import type { ApiKey, Keyring } from '@claviger/core'
import { type Answer, createHttpAuth, type HttpAuthOptions, identify, type Passage } from '@claviger/core/http'
import type { Exchange, Middleware } from './exchange.ts'

/** What the adapter gives its users: the same names as every other adapter. */
export interface ApiKeyAuth<Permission extends string> {
  authenticate(overrides?: HttpAuthOptions<Exchange>): Middleware
  require(...permissions: readonly Permission[]): Middleware
  requireAny(...permissions: readonly Permission[]): Middleware
  workspace(selector: (exchange: Exchange) => unknown): Middleware
  environment(...names: readonly string[]): Middleware
  check(test: (apiKey: ApiKey, exchange: Exchange) => boolean | Promise<boolean>): Middleware
}

export function apiKeyAuth<Permission extends string>(
  keyring: Keyring<Permission>,
  options: HttpAuthOptions<Exchange> = {},
): ApiKeyAuth<Permission> {
  const auth = createHttpAuth<Exchange, Exchange, Permission>(keyring, options)
  return {
    authenticate: (overrides) => middleware(auth.authenticate(overrides)),
    require: (...permissions) => middleware(auth.require(...permissions)),
    requireAny: (...permissions) => middleware(auth.requireAny(...permissions)),
    workspace: (selector) => middleware(auth.workspace(selector)),
    environment: (...names) => middleware(auth.environment(...names)),
    check: (test) => middleware(auth.check(test)),
  }
}

function middleware({ gate, responder, identifies }: Passage<Exchange, Exchange>): Middleware {
  return async (exchange, next) => {
    const { req, res } = exchange
    const decision = await gate(req, exchange, res)
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
