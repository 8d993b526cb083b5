import { describe, expect, test } from 'vitest'
import { createFlights } from '../../src/cache/flights.ts'

describe('flights', () => {
  test('share work of one name and generation, and only that', async () => {
    const flights = createFlights<number>()
    let started = 0
    const start = async (): Promise<number> => ++started
    const [a, b, c] = await Promise.all([
      flights.join('x', 1, start),
      flights.join('x', 1, start),
      flights.join('x', 2, start),
    ])
    expect([a, b, c]).toEqual([1, 1, 2])
    expect(flights.size).toBe(0)
    expect(await flights.join('x', 2, start)).toBe(3)
  })

  test('a flight that fails fails for all who joined, and is not remembered', async () => {
    const flights = createFlights<number>()
    const broken = async (): Promise<number> => {
      throw new Error('broken')
    }
    const results = await Promise.allSettled([flights.join('x', 1, broken), flights.join('x', 1, broken)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await flights.join('x', 1, async () => 7)).toBe(7)
  })
})
