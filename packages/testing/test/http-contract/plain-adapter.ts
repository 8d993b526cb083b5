import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiKey } from '@claviger/core'
import {
  type Answer,
  type AuthStep,
  createHttpAuth,
  type Decision,
  type HttpAuthOptions,
  type HttpResponse,
  identify,
} from '@claviger/core/http'
import type { ContractApp, ContractAuth, ContractKit, ContractServer } from '../../src/http-contract/options.ts'
import { serveOnLoopback } from '../../src/http-contract/serve-on-loopback.ts'

/** One request of the little framework. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly url: string
  readonly ip: string | undefined
  apiKey?: ApiKey | undefined
}

/** A middleware of the little framework. */
export type Middleware = (exchange: Exchange, next: () => Promise<void>) => void | Promise<void>

/** Where an adapter can go wrong; each defect replaces one part. */
export interface Parts {
  /** Changes what the contract serves, e.g. the keyring. */
  readonly app: (app: ContractApp) => ContractApp
  /** Changes a decision. */
  readonly decide: (decision: Decision, exchange: Exchange) => Decision
  /** Changes the decision about a request that the other authenticator let pass. */
  readonly admit: (decision: Decision) => Decision
  readonly askOther: (other: Middleware, exchange: Exchange, next: () => Promise<void>) => Promise<void>
  /** Changes what the request looks like to the gate. */
  readonly read: (req: IncomingMessage) => IncomingMessage
  readonly handOver: (exchange: Exchange, apiKey: ApiKey | undefined) => void
  readonly goOn: (next: () => Promise<void>) => Promise<void>
  /** Changes the response as the responder sees it. */
  readonly response: (exchange: Exchange) => HttpResponse
  /** Changes the response as the gate sees it: what it tells is counted. */
  readonly observed: (exchange: Exchange) => HttpResponse | undefined
  /** Changes the body of refusals. */
  readonly body: (body: string, exchange: Exchange) => string
  readonly ignoreUnready: boolean
}

/** An adapter for Node's own server without defects. */
export const honest: Parts = {
  app: (app) => app,
  decide: (decision) => decision,
  admit: (decision) => decision,
  askOther: async (other, exchange, next) => other(exchange, next),
  read: (req) => req,
  handOver: identify,
  goOn: (next) => next(),
  response: ({ res }) => res,
  observed: ({ res }) => res,
  body: (body) => body,
  ignoreUnready: false,
}

/** Serves a contract app on Node's own server. */
export async function servePlain(parts: Parts, served: ContractApp): Promise<ContractServer> {
  const { keyring, options, onDenied, routes } = parts.app(served)
  const given: HttpAuthOptions<Exchange> = {
    ...options,
    ...(onDenied === undefined
      ? {}
      : {
          onDenied: (denial, { res }) =>
            onDenied(denial, (status, text) => {
              res.statusCode = status
              res.end(text)
            }),
        }),
  }
  const toMiddleware = ({
    decide,
    responder,
    identifies,
    either,
  }: AuthStep<Exchange, Exchange, Middleware>): Middleware => {
    const carryOut = async (decision: Decision, exchange: Exchange, next: () => Promise<void>): Promise<void> => {
      const response = parts.response(exchange)
      if (!responder.prepare(response, decision) && !parts.ignoreUnready) return
      if (identifies) parts.handOver(exchange, decision.type === 'pass' ? decision.apiKey : undefined)
      if (decision.type === 'pass') {
        await parts.goOn(next)
      } else if (decision.type === 'other') {
        const admit = (): Decision | Promise<Decision> =>
          either?.admit(exchange.req, exchange, exchange.res) ?? parts.decide(decision, exchange)
        const goOn = async (): Promise<void> => carryOut(parts.admit(await admit()), exchange, next)
        if (either !== undefined) await parts.askOther(either.other, exchange, goOn)
      } else await responder.refuse(response, decision, answerOf(parts, exchange))
    }
    return async (exchange, next) => {
      const decision = await decide(parts.read(exchange.req), exchange, parts.observed(exchange))
      await carryOut(parts.decide(decision, exchange), exchange, next)
    }
  }
  const auth: ContractAuth<Middleware> = createHttpAuth(keyring, given, toMiddleware, {
    addressOf: ({ ip }) => ip,
  })
  const kit: ContractKit<Middleware> = {
    auth,
    use: (work) => async (exchange, next) => {
      await work(exchange.req, exchange.res)
      await next()
    },
    pretend: (identity) => async (exchange, next) => {
      exchange.apiKey = identity as ApiKey
      await next()
    },
    authenticator: (work) => async (exchange, next) => {
      const answer = await work(exchange.req)
      if (answer === 'pass') await next()
      else exchange.res.writeHead(answer, { 'Content-Length': 0 }).end()
    },
    handle:
      (work) =>
      async ({ apiKey, req, res }) => {
        const body = JSON.stringify(await work(apiKey, req))
        res.setHeader('Content-Type', 'application/json')
        res.setHeader('Content-Length', Buffer.byteLength(body))
        res.end(body)
      },
  }
  return serveChains(routes(kit))
}

function serveChains(chains: Readonly<Record<string, readonly Middleware[]>>): Promise<ContractServer> {
  return serveOnLoopback((req, res) => {
    const exchange: Exchange = {
      req,
      res,
      url: req.url ?? '/',
      // Looked up when it is asked for, as frameworks do.
      get ip() {
        return req.socket.remoteAddress
      },
    }
    const chain = chains[exchange.url.split('?', 1)[0] ?? ''] ?? []
    const run = async (index: number): Promise<void> => chain[index]?.(exchange, () => run(index + 1))
    run(0).catch(() => {
      res.statusCode = 500
      if (res.headersSent) res.destroy()
      else res.end()
    })
  })
}

function answerOf(parts: Parts, exchange: Exchange): Answer<Exchange> {
  const { res } = exchange
  return {
    context: exchange,
    discard: () => !res.headersSent,
    isAnswered: () => res.headersSent,
    setStatus(status) {
      res.statusCode = status
    },
    send(body) {
      res.end(parts.body(body, exchange))
    },
  }
}
