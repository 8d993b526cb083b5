import { isIPv4, isIPv6 } from 'node:net'

/** A block of addresses. An IPv6 address that only wraps an IPv4 one is that IPv4 address. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6'
  /** The first address: its bits as one number. */
  readonly first: bigint
  /** How many bits all its addresses have in common. */
  readonly prefix: number
}

const bitsOf = { ipv4: 32, ipv6: 128 } as const
// ::ffff:0:0/96
const mappedPrefix = 96
const mappedTop = 0xffffn
const longest = 64

/** Reads an address or a CIDR range, such as `203.0.113.7` or `2001:db8::/32`; undefined for everything else. Pure. */
export function parseRange(text: unknown): AddressRange | undefined {
  if (typeof text !== 'string' || text.length > longest) return undefined
  const [, host = '', length] = /^([0-9a-fA-F.:]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const family = isIPv4(host) ? 'ipv4' : isIPv6(host) ? 'ipv6' : undefined
  if (family === undefined) return undefined
  const prefix = length === undefined ? bitsOf[family] : Number(length)
  if (prefix > bitsOf[family]) return undefined
  const first = family === 'ipv4' ? ipv4Bits(host) : ipv6Bits(host)
  return unwrapped({ family, first: block(first, bitsOf[family] - prefix), prefix })
}

/**
 * Reads the address of a client, which may have the name of an interface behind it, or a port, as some proxies write it;
 * undefined for everything else.
 */
export function parseAddress(text: unknown): AddressRange | undefined {
  if (typeof text !== 'string' || text.length > longest) return undefined
  const [, bracketed, dotted] = withPort.exec(text) ?? []
  const [host = ''] = (bracketed ?? dotted ?? text).split('%')
  return host.includes('/') ? undefined : parseRange(host)
}

const withPort = /^(?:\[([^\]]+)\]|([\d.]+)):\d{1,5}$/

/** The one text of a range: RFC 5952, without a length for a single address. Pure. */
export function rangeText(range: AddressRange): string {
  const { family, prefix } = range
  return prefix === bitsOf[family] ? firstText(range) : `${firstText(range)}/${prefix}`
}

/** The text of its first address. */
export function firstText({ family, first }: AddressRange): string {
  return family === 'ipv4' ? ipv4Text(first) : ipv6Text(first)
}

/** Whether every address of the other range is in this one. */
export function contains(range: AddressRange, other: AddressRange): boolean {
  const { family, prefix, first } = range
  return family === other.family && prefix <= other.prefix && block(other.first, bitsOf[family] - prefix) === first
}

/** The range of twice the size, and the other half of it; undefined for the largest. */
export function parentOf({ family, first, prefix }: AddressRange): AddressRange | undefined {
  if (prefix === 0) return undefined
  return { family, first: block(first, bitsOf[family] - prefix + 1), prefix: prefix - 1 }
}

/** The bits without the last ones. */
function block(bits: bigint, free: number): bigint {
  return (bits >> BigInt(free)) << BigInt(free)
}

function unwrapped(range: AddressRange): AddressRange {
  const { family, first, prefix } = range
  if (family === 'ipv4' || prefix < mappedPrefix || first >> 32n !== mappedTop) return range
  return { family: 'ipv4', first: first & 0xffff_ffffn, prefix: prefix - mappedPrefix }
}

function ipv4Bits(host: string): bigint {
  return host.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function ipv6Bits(host: string): bigint {
  const [head = '', tail] = host.split('::')
  const before = groupsOf(head)
  const behind = groupsOf(tail ?? '')
  const gap = Array.from({ length: 8 - before.length - behind.length }, () => 0n)
  return [...before, ...gap, ...behind].reduce((bits, group) => (bits << 16n) | group, 0n)
}

function groupsOf(text: string): readonly bigint[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)]
    const bits = ipv4Bits(group)
    return [bits >> 16n, bits & 0xffffn]
  })
}

function ipv4Text(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.')
}

function ipv6Text(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => (bits >> BigInt(16 * (7 - index))) & 0xffffn)
  const { at, length } = longestGap(groups)
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  return length < 2 ? text(0, 8) : `${text(0, at)}::${text(at + length, 8)}`
}

/** The first of the longest runs of groups that are zero. */
function longestGap(groups: readonly bigint[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 0 }
  for (let at = 0; at < groups.length; at += 1) {
    const end = groups.findIndex((group, index) => index >= at && group !== 0n)
    const length = (end === -1 ? groups.length : end) - at
    if (length > best.length) best = { at, length }
  }
  return best
}
