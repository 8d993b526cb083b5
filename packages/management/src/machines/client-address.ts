import { ConfigurationError } from '@claviger/core'
import type { DeciderOptions } from '@claviger/core/http'
import type { HostRequest } from '../web/host.ts'

/** Gives the address of a client, for keys that work from some addresses only. */
export type ClientAddress = (asked: HostRequest) => string | null | undefined

/** The address as a decider asks for it: by the request that it decides about. */
export interface AddressForDecider {
  readonly options: Pick<DeciderOptions, 'clientAddress'>
  /** Says which request of the host a decider is about to be asked about. */
  about(request: Request, asked: HostRequest): Request
}

/**
 * Lets a decider ask the host for an address. Without the host's own way none is known: what a framework believes of its
 * proxies is not known here.
 *
 * @throws {ConfigurationError} when it is no function
 */
export function addressForDecider(clientAddress: ClientAddress | undefined): AddressForDecider {
  if (clientAddress !== undefined && typeof clientAddress !== 'function') {
    throw new ConfigurationError('clientAddress', 'Expected clientAddress to be a function.')
  }
  const askedBy = new WeakMap<object, HostRequest>()
  return {
    options: {
      clientAddress(request) {
        const asked = askedBy.get(request)
        return asked === undefined ? undefined : clientAddress?.(asked)
      },
    },
    about(request, asked) {
      askedBy.set(request, asked)
      return request
    },
  }
}
