import { ConfigurationError } from '../errors/errors.ts'
import { kindOf } from '../input/describe-value.ts'
import { isPlain } from '../input/plain-fields.ts'
import type { Accepted, ApiKey, Refused } from '../verification/verification.ts'
import { isWider } from '../addresses/address-list.ts'
import { addressesAtVerification, addressesOf, addressRefusal } from './allowed-addresses.ts'

/** From where a key is used, and what else is asked of it. */
interface Use {
  /** Undefined: not known. */
  readonly address: string | undefined
  /** Everything else that was given, unchecked. */
  readonly requirement: unknown
}

/**
 * Takes the address out of what a caller asks of a key.
 *
 * @throws {ConfigurationError} for an address that is not text. Undefined and null stand for one that is not known
 */
export function parseUse(call: string, given: unknown): Use {
  if (!isPlain(given) || !Object.hasOwn(given, 'address')) return { address: undefined, requirement: given }
  const { address, ...requirement } = given
  if (typeof address === 'string') return { address, requirement }
  if (address === undefined || address === null) return { address: undefined, requirement }
  throw new ConfigurationError('address', `${call} expects the address as text, got ${kindOf(address)}.`)
}

/** The address given to `watch`; undefined where none was given, which is not the same as one that is not known. */
export type WatchedAddress = { readonly address: string | undefined } | undefined

/**
 * Makes the judge of one watch. Where no address was given, the key is refused as soon as any address is taken from it.
 */
export function watchedAddress(told: WatchedAddress, apiKey: ApiKey): (verification: Accepted) => Refused | undefined {
  if (told !== undefined) return (verification) => addressRefusal(verification, told.address)
  const before = addressesAtVerification(apiKey)
  return (verification) => {
    if (!isWider(before, addressesOf(verification))) return undefined
    return { ok: false, code: 'address_not_allowed', keyId: verification.apiKey.id }
  }
}
