import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWider, narrowedAddresses } from '../../src/addresses/address-list.ts'
import { isAddressAllowed } from '../../src/verify/allowed-addresses.ts'
import { parseAddressList } from '../../src/addresses/parse-list.ts'

describe('a list of addresses', () => {
  test.each<[string, readonly string[], readonly string[], boolean]>([
    ['an entry more', ['10.0.0.0/8', '192.0.2.1'], ['10.0.0.0/8'], true],
    ['none at all', [], ['10.0.0.0/8'], true],
    ['a larger range', ['10.0.0.0/7'], ['10.0.0.0/8'], true],
    ['the other family', ['::/0'], ['0.0.0.0/0'], true],
    ['an entry less', ['10.0.0.0/8'], ['10.0.0.0/8', '192.0.2.1'], false],
    ['a part of a range', ['10.1.0.0/16'], ['10.0.0.0/8'], false],
    ['any where any was', [], [], false],
    ['some where any was', ['10.0.0.0/8'], [], false],
    ['two halves in one', ['10.0.0.0/8'], ['10.0.0.0/9', '10.128.0.0/9'], false],
    ['quarters in one', ['10.0.0.0/8'], ['10.0.0.0/10', '10.64.0.0/10', '10.128.0.0/9'], false],
  ])('with %s: wider or not', (_, wanted, held, expected) => {
    expect(isWider(wanted, held)).toBe(expected)
  })

  test('that shares nothing with the one before leaves nothing of it, and not everything', () => {
    expect(narrowedAddresses(['10.0.0.0/8'], ['192.0.2.0/24'])).toEqual(['::'])
    expect(narrowedAddresses([], ['192.0.2.0/24'])).toEqual(['192.0.2.0/24'])
    expect(narrowedAddresses(['10.0.0.0/8'], [])).toEqual(['10.0.0.0/8'])
    expect(narrowedAddresses([], [])).toEqual([])
  })

  // Few bits, so that ranges meet: each of the 16 addresses of 10.0.0.0/28 can be asked for.
  const range = fc
    .tuple(fc.nat(15), fc.integer({ min: 28, max: 32 }))
    .map(([last, prefix]) => `10.0.0.${last}/${prefix}`)
  const list = fc.array(range, { maxLength: 6 }).map((texts) => parseAddressList('list', texts))
  const clients = Array.from({ length: 20 }, (_, last) => `10.0.0.${last}`)
  const allows = (of: readonly string[], client: string): boolean => of.length === 0 || isAddressAllowed(of, client)

  test('is wider when it allows an address that the other does not, whatever the ranges', () => {
    fc.assert(
      fc.property(list, list, (wanted, held) => {
        const more = clients.some((client) => allows(wanted, client) && !allows(held, client))
        expect(isWider(wanted, held)).toBe(more)
      }),
      { seed: 19, numRuns: 3_000 },
    )
  })

  test('narrowed by another allows what both do', () => {
    fc.assert(
      fc.property(list, list, (held, wanted) => {
        const both = narrowedAddresses(held, wanted)
        for (const client of clients) {
          expect(allows(both, client), client).toBe(allows(held, client) && allows(wanted, client))
        }
      }),
      { seed: 20, numRuns: 3_000 },
    )
  })
})
