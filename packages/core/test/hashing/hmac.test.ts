import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmacUnder } from '../../src/hashing/hmac.ts'

const key = fc.uint8Array({ maxLength: 200 })
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 300 })

test('an HMAC is byte for byte the one of node:crypto, for keys shorter and longer than a block', () => {
  fc.assert(
    fc.property(key, ascii, (bytes, text) => {
      expect(hmacUnder(bytes)(text)).toEqual(createHmac('sha256', bytes).update(text).digest())
    }),
    { seed: 1, numRuns: 1_000 },
  )
})

test.each([0, 1, 63, 64, 65, 128])('a key of %i bytes', (length) => {
  const bytes = Buffer.alloc(length, 0xe7)
  expect(hmacUnder(bytes)('text')).toEqual(createHmac('sha256', bytes).update('text').digest())
})

test('RFC 4231: the second and the sixth test case', () => {
  expect(hmacUnder(Buffer.from('Jefe'))('what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
  expect(
    hmacUnder(Buffer.alloc(131, 0xaa))('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'),
  ).toBe('60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54')
})
