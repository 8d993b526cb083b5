import { isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { networkOf } from '../../src/addresses/network.ts'

describe('the network of an address', () => {
  test.each([
    ['203.0.113.7', '203.0.0.0/16'],
    ['10.2.3.4', '10.2.0.0/16'],
    ['127.0.0.1', '127.0.0.0/16'],
    ['255.255.255.255', '255.255.0.0/16'],
    ['0.0.0.0', '0.0.0.0/16'],
    ['203.0.113.7:51234', '203.0.0.0/16'],
    ['::ffff:203.0.113.7', '203.0.0.0/16'],
    ['::FFFF:CB00:7107', '203.0.0.0/16'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.0.0/16'],
    ['[::ffff:203.0.113.7]:443', '203.0.0.0/16'],
    ['::ffff:203.0.113.7%eth0', '203.0.0.0/16'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001::', '2001:db8:1::/48'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['[fe80::1%25eth0]:443', 'fe80::/48'],
    ['::1', '::/48'],
    ['::', '::/48'],
    ['64:ff9b::203.0.113.7', '64:ff9b::/48'],
    // 6to4: the IPv4 address of its site stands in the first 48 bits.
    ['2002:cb00:7107::1', '203.0.0.0/16'],
    ['2002:cb00:7107:1:2:3:4:5', '203.0.0.0/16'],
    ['2003:cb00:7107::1', '2003:cb00:7107::/48'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  test.each([
    '',
    ' ',
    'unknown',
    'localhost',
    '203.0.113.7 ',
    ' 203.0.113.7',
    '203.0.113.7, 10.0.0.1',
    '203.0.113.0/24',
    '2001:db8::/32',
    '203.0.113',
    '203.0.113.256',
    '0203.0.113.7',
    '2001:db8::1::2',
    '[2001:db8::1',
    `${'1'.repeat(1_000_000)}.0.0.1`,
    `fe80::1%${'x'.repeat(100)}`,
    'acme_production_0000000000000000',
    undefined,
    null,
    7,
    ['203.0.113.7'],
    { toString: () => '203.0.113.7' },
  ])('there is none of %j', (address) => {
    expect(networkOf(address)).toBeNull()
  })

  test('does not depend on the last 16 bits of an IPv4 address, nor on the last 80 of an IPv6 one', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6()),
        fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }),
        (text, random) => {
          const address = ipaddr.parse(text.replace(/%.*$/, ''))
          const bytes = address.toByteArray()
          const kept = bytes.length === 4 ? 2 : 6
          const neighbour = ipaddr.fromByteArray(
            bytes.map((byte, index) => (index < kept ? byte : (random[index] ?? 0))),
          )
          // An IPv4 address that is wrapped has its bits where neighbours differ.
          if (isWrapped(address) || isWrapped(neighbour)) return
          expect(networkOf(neighbour.toString())).toBe(networkOf(text))
        },
      ),
    )
  })

  test('holds the address, by another reading of addresses, and is written in one way', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const network = networkOf(text)
        expect(network).not.toBeNull()
        const [host = '', length] = (network ?? '').split('/')
        expect(`${length} of ${isIP(host)}`).toMatch(/^(?:16 of 4|48 of 6)$/)
        const address = ipaddr.parse(text.replace(/%.*$/, ''))
        if (isWrapped(address)) return
        expect(address.match(ipaddr.parseCIDR(network ?? ''))).toBe(true)
        expect(networkOf(text.toUpperCase())).toBe(network)
      }),
    )
  })

  test('is never made of other texts, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const host = text
          .replace(/^\[(.*)\]:\d+$/, '$1')
          .replace(/%.*$/s, '')
          .replace(/^([\d.]+):\d+$/, '$1')
        return networkOf(text) === null || isIP(host) !== 0
      }),
    )
  })
})

function isWrapped(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return ['ipv4Mapped', '6to4'].includes(address.range())
}
