import { BlockList } from 'node:net'
import type { Accepted, ApiKey, Refused, Verification } from '../verification/verification.ts'
import { type AddressRange, contains, firstText, parseAddress, parseRange } from '../addresses/range.ts'

/** From where a key may be used. Compiled once for each verification that is remembered. */
interface Allowed {
  readonly list: readonly string[]
  /** One for each family: a `BlockList` takes some IPv4 addresses for IPv6 ones. */
  readonly ipv4: BlockList
  readonly ipv6: BlockList
}

/*
 * On the verification, behind a symbol: a key without a list pays for the one look that finds nothing there, and no
 * memory.
 */
const place: unique symbol = Symbol('allowed addresses')

type Limited = Accepted & { readonly [place]?: Allowed }

// What `watch` asks of a key that was verified a while ago.
const listOf = new WeakMap<ApiKey, readonly string[]>()

/** Measured: both lists, and an entry of one. Bytes. */
const listsBytes = 2_048
const entryBytes = 320

/** Limits a verification that is being made to the addresses of its key. */
export function limitToAddresses(verification: Accepted, list: readonly string[]): void {
  if (list.length === 0) return
  const allowed: Allowed = { list, ipv4: new BlockList(), ipv6: new BlockList() }
  for (const text of list) {
    const range = parseRange(text)
    // Never in a record that was read.
    if (range === undefined) throw new TypeError('A key has an address that cannot be read.')
    allowed[range.family].addSubnet(firstText(range), range.prefix, range.family)
  }
  // Not enumerable: no one who prints or compares verifications sees it.
  Object.defineProperty(verification, place, { value: allowed })
  listOf.set(verification.apiKey, list)
}

/** The addresses from which a key worked when it was verified; empty: any. */
export function addressesAtVerification(apiKey: ApiKey): readonly string[] {
  return listOf.get(apiKey) ?? []
}

/** Whether the key works from some addresses only. */
export function isLimitedToAddresses(verification: Accepted): boolean {
  return (verification as Limited)[place] !== undefined
}

/** The addresses from which the key works; empty: any. */
export function addressesOf(verification: Accepted): readonly string[] {
  return (verification as Limited)[place]?.list ?? []
}

/** Undefined when the key may be used from this address. One that is not known, or no address, is refused. */
export function addressRefusal(verification: Verification, address: unknown): Refused | undefined {
  if (!verification.ok) return undefined
  const allowed = (verification as Limited)[place]
  if (allowed === undefined || isAllowed(allowed, address)) return undefined
  return { ok: false, code: 'address_not_allowed', keyId: verification.apiKey.id }
}

/** Whether a key with this list, which is not empty, may be used from an address. */
export function isAddressAllowed(list: readonly string[], address: unknown): boolean {
  const client = parseAddress(address)
  return client !== undefined && list.some((text) => isIn(client, parseRange(text)))
}

/** Whether two verifications are limited to the same addresses. */
export function haveSameAddresses(a: Accepted, b: Accepted): boolean {
  const [one, other] = [addressesOf(a), addressesOf(b)]
  return one.length === other.length && one.every((text, index) => text === other[index])
}

/** How much memory the lists of a verification take, at most. */
export function addressBytes(verification: Accepted): number {
  const { length } = addressesOf(verification)
  return length === 0 ? 0 : listsBytes + entryBytes * length
}

function isAllowed({ ipv4, ipv6 }: Allowed, address: unknown): boolean {
  const client = parseAddress(address)
  if (client === undefined) return false
  return (client.family === 'ipv4' ? ipv4 : ipv6).check(firstText(client), client.family)
}

function isIn(client: AddressRange, range: AddressRange | undefined): boolean {
  return range !== undefined && contains(range, client)
}
