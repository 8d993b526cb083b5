import { ConfigurationError } from '../errors/errors.ts'
import { addressRefusal } from '../verify/allowed-addresses.ts'
import { describeValue } from '../input/describe-value.ts'
import type { Accepted, Refused } from '../verification/verification.ts'
import { createReporter } from './reporting.ts'

/** Where a framework tells the address of a client. */
export interface AddressSource<Host> {
  /** The address; undefined where it is not known. */
  addressOf(host: Host): unknown
  /**
   * Why it must not be believed, and what to set instead; undefined where it may. Asked for keys that work from some
   * addresses only, and where failures are counted by address.
   */
  doubt?(host: Host): string | undefined
}

/** For hosts of which nothing is known. */
export const unknownAddress: AddressSource<unknown> = { addressOf: () => undefined }

/**
 * The address by which clients are told apart: what the host says, else what the framework says.
 *
 * @returns a function that throws where the framework believes what clients write: each could choose to be another
 */
export function believedAddress<Host>(
  clientAddress: ((host: Host) => unknown) | undefined,
  source: AddressSource<Host>,
): (host: Host) => unknown {
  if (clientAddress !== undefined) return clientAddress
  return (host) => {
    const doubt = source.doubt?.(host)
    if (doubt !== undefined) throw new ConfigurationError('clientAddress', doubt)
    return source.addressOf(host)
  }
}

/**
 * Makes what tells the address of a client for `usage.callers`: undefined where it is not known, and where it must not be
 * believed, which is told once. Never throws: a request is answered without it.
 *
 * @param clientAddress the host's own way to tell the address: then it decides what it believes
 * @param redact blots tokens out of what is warned with
 */
export function createCallerAddress<Host>(
  clientAddress: ((host: Host) => unknown) | undefined,
  source: AddressSource<Host>,
  redact: (text: string) => string,
): (host: Host) => string | undefined {
  const { once } = createReporter(redact)
  const unknown = (advice: string, error?: unknown): undefined => {
    once('CLAVIGER_CALLER_ADDRESS', 'usage.callers', `${advice} Networks of callers are not kept.`, error)
  }
  return (host) => {
    try {
      const doubt = clientAddress === undefined ? source.doubt?.(host) : undefined
      if (doubt !== undefined) return unknown(doubt)
      const address = (clientAddress ?? source.addressOf)(host)
      if (typeof address === 'string') return address
      if (address === undefined || address === null) return undefined
      return unknown(`Expected clientAddress to give text, got ${describeValue(address)}.`)
    } catch (error) {
      return unknown('clientAddress threw.', error)
    }
  }
}

/** Judges keys that work from some addresses only. `undecided`: the host is set up so that no one could tell. */
export type JudgeAddress<Host> = (verification: Accepted, host: Host) => Refused | 'undecided' | undefined

/**
 * Makes the judge.
 *
 * @param clientAddress the host's own way to tell the address: then it decides what it believes
 * @param redact blots tokens out of what is warned with
 */
export function createAddressJudge<Host>(
  clientAddress: ((host: Host) => unknown) | undefined,
  source: AddressSource<Host>,
  redact: (text: string) => string,
): JudgeAddress<Host> {
  const { fault } = createReporter(redact)
  const undecided = (advice: string, error?: unknown): 'undecided' => {
    fault('CLAVIGER_CLIENT_ADDRESS', 'clientAddress', `${advice} The request was answered 500.`, error)
    return 'undecided'
  }
  return (verification, host) => {
    try {
      const doubt = clientAddress === undefined ? source.doubt?.(host) : undefined
      if (doubt !== undefined) return undecided(doubt)
      const address = (clientAddress ?? source.addressOf)(host)
      if (typeof address === 'string' || address === undefined || address === null) {
        return addressRefusal(verification, address)
      }
      return undecided(`Expected the address as text, got ${describeValue(address)}.`)
    } catch (error) {
      return undecided('It threw.', error)
    }
  }
}
