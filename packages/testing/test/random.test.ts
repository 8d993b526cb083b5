import { seededRandom } from '@claviger/testing'
import { describe, expect, test } from 'vitest'

describe('seededRandom', () => {
  test('gives as many bytes as it is asked for, none included', () => {
    const random = seededRandom(1)
    for (const size of [0, 1, 31, 32, 33, 1_000]) expect(random(size)).toHaveLength(size)
  })

  test('gives the same bytes for the same seed, however they are asked for', () => {
    const whole = seededRandom('seed')(100)
    const parts = seededRandom('seed')
    expect(Buffer.concat([parts(7), parts(0), parts(60), parts(33)])).toEqual(Buffer.from(whole))
  })

  test('gives other bytes for another seed, and 1 is not "1"', () => {
    const seeds = [1, 2, '1', 'a', ''].map((seed) => Buffer.from(seededRandom(seed)(16)).toString('hex'))
    expect(new Set(seeds).size).toBe(5)
  })

  test('does not repeat itself', () => {
    const random = seededRandom(1)
    const draws = Array.from({ length: 1_000 }, () => Buffer.from(random(16)).toString('hex'))
    expect(new Set(draws).size).toBe(1_000)
  })
})
