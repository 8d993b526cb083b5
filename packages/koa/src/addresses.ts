import type { AddressSource } from '@claviger/core/http'
import type { Context } from 'koa'

const whatToSet =
  'Koa believes whatever a client writes into X-Forwarded-For, because app.proxy is true without app.maxIpsCount: no ' +
  'key could be held to addresses, and no client be counted. Write app.maxIpsCount = 1 for one proxy, 2 for two. Or give `clientAddress`.'

/** `ctx.ip`, unless the setting for proxies lets every client choose it. */
export const addresses: AddressSource<Context> = {
  addressOf: (ctx) => ctx.ip,
  doubt: ({ app: { proxy, maxIpsCount } }) => (proxy && !(maxIpsCount > 0) ? whatToSet : undefined),
}
