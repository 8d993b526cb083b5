import { firstText, parseAddress, parseRange, rangeText } from '../addresses/range.ts'

/** What one client has to itself: an IPv4 address, or the first 64 bits of an IPv6 address. Other texts stay as they are. */
export function clientNetwork(text: string): string {
  const address = parseAddress(text)
  if (address === undefined) return text
  const first = firstText(address)
  if (address.family === 'ipv4') return first
  const network = parseRange(`${first}/64`)
  return network === undefined ? text : rangeText(network)
}
