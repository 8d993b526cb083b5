import { isIPv4 } from 'node:net'
import { type AddressRange, firstText, parseAddress, parseRange, rangeText } from './range.ts'

// What a provider has, and a site has: so much says where a client is, and not who it is.
const prefixOf = { ipv4: 16, ipv6: 48 } as const
// 2002::/16. Each holds an IPv4 address in its next 32 bits.
const sixToFour = 0x2002n

/**
 * The network of a client's address, such as `203.0.0.0/16` or `2001:db8:1::/48`; null for what is no address. An IPv6
 * address that wraps an IPv4 one (mapped, or 6to4) is in the network of that IPv4 address: the first 48 bits of the latter
 * would show it whole. Pure.
 */
export function networkOf(address: unknown): string | null {
  return networkOfDotted(address) ?? networkOfAny(address)
}

/** Most addresses, as Node tells them. Numbers of 128 bits take twenty times as long. */
function networkOfDotted(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  const host = address.startsWith('::ffff:') ? address.slice(7) : address
  if (!isIPv4(host)) return undefined
  const [first, second] = host.split('.', 2)
  return `${first}.${second}.0.0/16`
}

function networkOfAny(address: unknown): string | null {
  const range = parseAddress(address)
  if (range === undefined) return null
  const host = unwrapped(range)
  const network = parseRange(`${firstText(host)}/${prefixOf[host.family]}`)
  return network === undefined ? null : rangeText(network)
}

function unwrapped(range: AddressRange): AddressRange {
  const { family, first } = range
  if (family === 'ipv4' || first >> 112n !== sixToFour) return range
  return { family: 'ipv4', first: (first >> 80n) & 0xffff_ffffn, prefix: 32 }
}
