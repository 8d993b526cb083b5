import { isIP } from 'node:net'
import { assert, ipV4, ipV6, property, string } from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { clientNetwork } from '../../src/http/client-network.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['2001:db8::192.0.2.1', '2001:db8::/64'],
  ['192.0.2.1:51234', '192.0.2.1'],
  ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
  ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
  ['account-7', 'account-7'],
  ['192.0.2.0/24', '192.0.2.0/24'],
])('%s is counted as %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network)
})

test('every way to write an IPv6 address gives one network, and its last 64 bits do not matter', () => {
  assert(
    property(ipV6(), (address) => {
      const network = clientNetwork(address)
      if (isIP(network) === 4) return
      expect(network).toMatch(/::\/64$/)
      const neighbour = ipaddr.fromByteArray(
        ipaddr
          .parse(address.replace(/%.*$/, ''))
          .toByteArray()
          .map((byte, index) => (index < 8 ? byte : (index * 37) & 0xff)),
      )
      expect(clientNetwork(neighbour.toString())).toBe(network)
      expect(clientNetwork(address.toUpperCase())).toBe(network)
    }),
  )
})

test('IPv4 addresses and other texts are never mixed up with networks', () => {
  assert(property(ipV4(), (address) => clientNetwork(address) === address))
  assert(property(string(), (text) => isIP(text) !== 0 || clientNetwork(text) === text))
})
