import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { limitToAddresses, addressRefusal, isAddressAllowed } from '../../src/verify/allowed-addresses.ts'
import { parseAddressList } from '../../src/addresses/parse-list.ts'
import { contains, parseAddress, parseRange, rangeText } from '../../src/addresses/range.ts'
import type { Accepted } from '../../src/verification/verification.ts'

const normal = (text: unknown): string | undefined => {
  const range = parseRange(text)
  return range === undefined ? undefined : rangeText(range)
}

describe('an address or a range', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['::', '::'],
    ['::1/128', '::1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1/64', '2001:db8:0:1::/64'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['::ffff:10.0.0.1/104', '10.0.0.0/8'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107'],
  ])('%s is kept as %s', (text, expected) => {
    expect(normal(text)).toBe(expected)
    expect(normal(expected)).toBe(expected)
  })

  test.each([
    '10.0.0.1/33',
    '::/129',
    '010.0.0.1',
    '1.2.3',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1.2.3.4/+8',
    '1.2.3.4/8/8',
    '1.2.3.4/255.0.0.0',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.256',
    ':::',
    '1::2::3',
    '12345::',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
    '*',
    '',
    '1.2.3.4\n',
    '\u0661.2.3.4',
    '1'.repeat(65),
    7,
    null,
    undefined,
    ['1.2.3.4'],
  ])('%j is refused', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })

  const bytes = (length: number): fc.Arbitrary<number[]> =>
    fc.array(fc.oneof(fc.constantFrom(0, 0, 0, 255), fc.nat(255)), { minLength: length, maxLength: length })
  const address = fc.oneof(
    bytes(4),
    bytes(16),
    bytes(4).map((four) => [...Array(10).fill(0), 255, 255, ...four]),
  )
  const spelt = fc.tuple(address, fc.nat(3)).map(([of, how]) => spell(ipaddr.fromByteArray(of), how))

  test('is normalised as ipaddr.js does it', () => {
    fc.assert(
      fc.property(spelt, fc.nat(128), (text, length) => {
        const prefix = Math.min(length, ipaddr.parse(text).kind() === 'ipv4' ? 32 : 128)
        expect(normal(text)).toBe(reference(text))
        expect(normal(`${text}/${prefix}`)).toBe(reference(`${text}/${prefix}`))
      }),
      { seed: 17, numRuns: 3_000 },
    )
  })

  test('of a key matches clients as ipaddr.js does, in both ways in which it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(spelt, fc.nat(128)), { minLength: 1, maxLength: 4 }),
        spelt,
        fc.boolean(),
        (of, other, near) => {
          const list = parseAddressList(
            'list',
            of.map(([text, length]) => `${text}/${Math.min(length, ipaddr.parse(text).kind() === 'ipv4' ? 32 : 128)}`),
          )
          const client = near ? (of[0]?.[0] ?? other) : other
          const expected = list.some((range) => matches(client, range))
          const verification = { ok: true, apiKey: { id: 'key' } } as unknown as Accepted
          limitToAddresses(verification, list)
          expect(addressRefusal(verification, client) === undefined).toBe(expected)
          expect(isAddressAllowed(list, client)).toBe(expected)
        },
      ),
      { seed: 18, numRuns: 1_500 },
    )
  })

  test('contains what is in it, and a family nothing of the other', () => {
    const range = (text: string) => parseRange(text) ?? expect.unreachable(text)
    expect(contains(range('0.0.0.0/0'), range('::/0'))).toBe(false)
    expect(contains(range('::/0'), range('0.0.0.0/0'))).toBe(false)
    expect(contains(range('10.0.0.0/8'), range('10.1.0.0/16'))).toBe(true)
    expect(contains(range('10.1.0.0/16'), range('10.0.0.0/8'))).toBe(false)
  })
})

test('the address of a client may name its interface or a port, and is never a range', () => {
  expect(parseAddress('fe80::1%eth0')).toEqual(parseRange('fe80::1'))
  expect(parseAddress('203.0.113.7:51234')).toEqual(parseRange('203.0.113.7'))
  expect(parseAddress('[::ffff:203.0.113.7]:443')).toEqual(parseRange('203.0.113.7'))
  expect(parseAddress('[fe80::1%eth0]:443')).toEqual(parseRange('fe80::1'))
  for (const text of [
    '10.0.0.0/8',
    '',
    'unknown',
    undefined,
    '1.2.3.4, 5.6.7.8',
    '10.0.0.0/8:80',
    '1.2.3:80',
    '[1.2.3.4',
  ])
    expect(parseAddress(text)).toBeUndefined()
})

/** One of several ways to write an address. */
function spell(address: ipaddr.IPv4 | ipaddr.IPv6, how: number): string {
  if (address.kind() === 'ipv4')
    return how === 0 ? (address as ipaddr.IPv4).toIPv4MappedAddress().toString() : address.toString()
  const v6 = address as ipaddr.IPv6
  if (how === 0) return v6.toNormalizedString()
  if (how === 1) return v6.toNormalizedString().toUpperCase()
  if (how === 2 && v6.isIPv4MappedAddress()) return `::ffff:${v6.toIPv4Address().toString()}`
  return v6.toRFC5952String()
}

/** The second implementation. */
function reference(text: string): string {
  const [address, prefix] = text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), undefined]
  const bits = address.kind() === 'ipv4' ? 32 : 128
  const length = prefix ?? bits
  const masked = ipaddr.fromByteArray(
    address.toByteArray().map((byte, index) => byte & (0xff << Math.max(0, Math.min(8, 8 * (index + 1) - length)))),
  )
  if (masked.kind() === 'ipv6' && length >= 96 && (masked as ipaddr.IPv6).isIPv4MappedAddress()) {
    const four = (masked as ipaddr.IPv6).toIPv4Address().toString()
    return length === 128 ? four : `${four}/${length - 96}`
  }
  const written = masked.kind() === 'ipv4' ? masked.toString() : (masked as ipaddr.IPv6).toRFC5952String()
  return length === bits ? written : `${written}/${length}`
}

function matches(client: string, range: string): boolean {
  const address = ipaddr.process(client)
  const [base, prefix] = range.includes('/')
    ? ipaddr.parseCIDR(range)
    : ([ipaddr.parse(range), ipaddr.parse(range).kind() === 'ipv4' ? 32 : 128] as const)
  return address.kind() === base.kind() && address.match(base, prefix)
}
