import type { DiagnosisCheckName, ManagedKey } from '@claviger/core'

/** What someone who looks for a fault says of the request. What is empty was not said. */
export interface Question {
  readonly permission: string
  readonly environment: string
  readonly address: string
  /** An id by declared type of resource. */
  readonly resources: Readonly<Record<string, string>>
}

/** What of a request was not looked at. */
export interface Unchecked {
  /** In words. */
  readonly what: readonly string[]
  /** The checks that are shown, though they were not made. */
  readonly checks: readonly DiagnosisCheckName[]
  /** Whether the key has a restriction that was not looked at: then nothing says that it works there. */
  readonly isRestricted: boolean
}

/** What a question leaves open about a key. Pure. */
export function uncheckedOf(
  { permission, environment, address, resources, hasToken }: Question & { readonly hasToken: boolean },
  key: Pick<ManagedKey, 'allowedAddresses' | 'resources'> | undefined,
): Unchecked {
  const isAddressOpen = address === '' && key !== undefined && key.allowedAddresses.length > 0
  const types = Object.keys(key?.resources ?? {}).filter((type) => resources[type] === undefined)
  return {
    what: [
      ...(hasToken ? [] : ['the secret that the client sends']),
      ...(isAddressOpen ? ['the address that the request came from'] : []),
      ...types.map((type) => `the ${type} that the route is about`),
      ...(permission === '' ? ['the permission that the route needs'] : []),
      ...(environment === '' ? ['the environment that the route needs'] : []),
    ],
    checks: isAddressOpen ? ['address'] : [],
    isRestricted: isAddressOpen || types.length > 0,
  }
}
