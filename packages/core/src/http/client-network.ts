import { isIP } from 'node:net'

/** What one client has to itself: an IPv4 address, or the first 64 bits of an IPv6 address. Other texts stay as they are. */
export function clientNetwork(text: string): string {
  const address = text.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined && isIP(mapped) === 4) return mapped
  if (isIP(address) !== 6) return text
  const groups = groupsOf(address)
  const [, , , , , , high = 0, low = 0] = groups
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of an address that `isIP` takes for IPv6. */
function groupsOf(address: string): readonly number[] {
  const [left = '', right] = address.split('::')
  const before = numbersIn(left)
  if (right === undefined) return before
  const after = numbersIn(right)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function numbersIn(part: string): number[] {
  return part === ''
    ? []
    : part.split(':').flatMap((group) => (group.includes('.') ? pairOf(group) : Number.parseInt(group, 16)))
}

/** The last 32 bits may be written as an IPv4 address. */
function pairOf(dotted: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
