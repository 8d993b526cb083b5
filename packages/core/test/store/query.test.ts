import { testKeyId, testRecord } from '@claviger/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareForList, type KeyQuery, matchesQuery } from '../../src/store/query.ts'

const query = (overrides: Partial<KeyQuery> = {}): KeyQuery => ({
  workspaceId: 'ws_acme',
  at: 0,
  limit: 10,
  ...overrides,
})

// What each filter means is tested by the store contract, which every store passes. Here stands what a store's rows cannot show.
describe('matchesQuery', () => {
  test('asks for the workspace first', () => {
    expect(matchesQuery(testRecord(), query())).toBe(true)
    expect(matchesQuery(testRecord({ workspaceId: 'WS_ACME' }), query())).toBe(false)
  })

  test('lets an empty list match nothing', () => {
    expect(matchesQuery(testRecord(), query({ visibleOwners: [] }))).toBe(false)
    expect(matchesQuery(testRecord(), query({ statuses: [] }))).toBe(false)
  })

  test('compares instants strictly, null and zero apart', () => {
    const unused = query({ attention: [{ type: 'unused', lastUsedBefore: 1 }] })
    expect(matchesQuery(testRecord({ lastUsedAt: 0 }), unused)).toBe(true)
    expect(matchesQuery(testRecord({ lastUsedAt: 1 }), unused)).toBe(false)
    expect(matchesQuery(testRecord({ lastUsedAt: null }), unused)).toBe(false)
  })
})

describe('compareForList', () => {
  const rows = fc.array(
    fc
      .record({ createdAt: fc.nat(3), number: fc.nat(3) })
      .map(({ createdAt, number }) => testRecord({ createdAt, id: testKeyId(number) })),
    { maxLength: 12 },
  )

  test('is an order: newest first, then by id', () => {
    fc.assert(
      fc.property(rows, (records) => {
        const sorted = records.toSorted(compareForList)
        for (const [index, later] of sorted.entries()) {
          const earlier = sorted[index - 1]
          if (earlier === undefined) continue
          expect(
            earlier.createdAt > later.createdAt || (earlier.createdAt === later.createdAt && earlier.id <= later.id),
          ).toBe(true)
        }
      }),
      { seed: 5, numRuns: 300 },
    )
  })
})
