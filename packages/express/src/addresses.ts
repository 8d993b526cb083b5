import type { AddressSource } from '@claviger/core/http'
import type { Request } from 'express'

/** What Express makes of `trust proxy`: whether the hop with this address is one of your proxies. */
type Trust = (address: string, hop: number) => unknown

// Kept for documentation and for being thrown away: if these are trusted, everything is. Behind more proxies than anyone
// has.
const strangers: readonly (readonly string[])[] = [
  ['192.0.2.1', '198.51.100.1', '203.0.113.1'],
  ['2001:db8::1', '100::1'],
]
const manyHops = 1_000

const whatToSet =
  'Express believes whatever a client writes into X-Forwarded-For, because "trust proxy" trusts every address: no key ' +
  "could be held to addresses, and no client be counted. Write app.set('trust proxy', 1) for one proxy, or name your proxies: " +
  "app.set('trust proxy', 'loopback, 10.0.0.0/8'). Or give `clientAddress`."

/** `req.ip`, unless the setting for proxies lets every client choose it. */
export const addresses: AddressSource<Request> = {
  addressOf: (req) => req.ip,
  doubt(req) {
    // None outside of Express: then `req.ip` is what the host put there.
    const trust: unknown = req.app?.get('trust proxy fn')
    return typeof trust === 'function' && isOpen(trust as Trust) ? whatToSet : undefined
  },
}

// Asked for each request, and made once for each setting.
const known = new WeakMap<Trust, boolean>()

function isOpen(trust: Trust): boolean {
  const before = known.get(trust)
  if (before !== undefined) return before
  const now = trustsEveryone(trust)
  known.set(trust, now)
  return now
}

function trustsEveryone(trust: Trust): boolean {
  return strangers.some((family) => family.every((address) => Boolean(trust(address, manyHops))))
}
