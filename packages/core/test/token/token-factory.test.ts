import { randomBytes } from 'node:crypto'
import { seededRandom } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { base62Alphabet, base62Padded } from '../../src/token/base62.ts'
import { isKeyId } from '../../src/token/key-id.ts'
import { tokenFactory } from '../../src/token/token.ts'

/** Pearson's statistic of the characters against an even distribution; 61 degrees of freedom. */
function chiSquare(characters: string): number {
  const counts = new Map<string, number>(Array.from(base62Alphabet).map((character) => [character, 0]))
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1)
  const expected = characters.length / 62
  return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

/** An even distribution exceeds it once in a million tries. */
const limit = 130

describe('tokenFactory', () => {
  test('makes ids of 16 and secrets of 43 base62 characters', () => {
    const { id, secret } = tokenFactory(randomBytes)
    expect(isKeyId(id())).toBe(true)
    expect(secret()).toMatch(/^[0-9A-Za-z]{43}$/)
  })

  test('makes no id twice in 20 000, and every character equally often', () => {
    const { id, secret } = tokenFactory(seededRandom('twenty thousand ids'))
    const ids = Array.from({ length: 20_000 }, () => id())
    const secrets = Array.from({ length: 20_000 }, () => secret())
    expect(new Set(ids).size).toBe(20_000)
    expect(new Set(secrets).size).toBe(20_000)
    expect(chiSquare(ids.join(''))).toBeLessThan(limit)
    expect(chiSquare(secrets.join(''))).toBeLessThan(limit)
  })

  test('uses every character at every place', () => {
    const { id } = tokenFactory(seededRandom('places'))
    const ids = Array.from({ length: 20_000 }, () => id())
    for (let place = 0; place < 16; place += 1)
      expect(chiSquare(ids.map((text) => text.charAt(place)).join(''))).toBeLessThan(limit)
  })

  test('would be noticed if it took bytes modulo 62', () => {
    const biased = [...seededRandom('biased')(20_000 * 16)].map((byte) => base62Alphabet.charAt(byte % 62)).join('')
    expect(chiSquare(biased)).toBeGreaterThan(limit)
  })

  test('refuses bytes that are too few, which would turn into zeros', () => {
    const { id, secret } = tokenFactory((size) => new Uint8Array(size - 1))
    expect(id).toThrow(RangeError)
    expect(secret).toThrow(RangeError)
  })

  test('throws what the source of randomness throws', () => {
    const { id, secret } = tokenFactory(() => {
      throw new Error('no entropy')
    })
    expect(id).toThrow('no entropy')
    expect(secret).toThrow('no entropy')
  })
})

describe('base62Padded', () => {
  test('writes numbers most significant digit first, padded with zeros', () => {
    expect(base62Padded(0, 6)).toBe('000000')
    expect(base62Padded(61, 2)).toBe('0z')
    expect(base62Padded(62, 2)).toBe('10')
    expect(base62Padded(0xffff_ffff, 6)).toBe('4gfFC3')
  })
})
