import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BusiestSource, findBusiest } from '../../src/store/busiest.ts'
import { dayMs, hourMs, type UsageEntry } from '../../src/store/usage.ts'
import { cutAtDays, dayOf, daysIn } from '../../src/store/usage-days.ts'
import { addCounts, noCounts, sumEntries } from '../../src/store/usage-points.ts'

const start = 1_735_689_600_000
const hours = fc.integer({ min: -30, max: 60 }).map((hour) => start + hour * hourMs)
const range = fc.tuple(hours, hours).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))

describe('a range cut at days', () => {
  test('holds every hour of the range once, and only whole days in the middle', () => {
    fc.assert(
      fc.property(range, ({ from, to }) => {
        const { wholeDays, edges } = cutAtDays({ from, to })
        const spans = [...edges, ...(wholeDays === null ? [] : [wholeDays])].sort((a, b) => a.from - b.from)
        expect(spans.reduce((sum, span) => sum + span.to - span.from, 0)).toBe(to - from)
        for (const [index, span] of spans.entries()) expect(span.to).toBe(spans[index + 1]?.from ?? to)
        expect(edges.every((edge) => edge.from < edge.to && edge.to - edge.from < 2 * dayMs)).toBe(true)
        if (wholeDays !== null) expect([wholeDays.from % dayMs, wholeDays.to % dayMs]).toEqual([0, 0])
        else expect(edges.every((edge) => edge.to - edge.from < 2 * dayMs)).toBe(true)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('touches the days that its hours are of', () => {
    expect(daysIn({ from: start + hourMs, to: start + dayMs })).toEqual([start])
    expect(daysIn({ from: start - hourMs, to: start + dayMs + hourMs })).toEqual([start - dayMs, start, start + dayMs])
    expect(daysIn({ from: start, to: start })).toEqual([])
  })
})

/** A source of some entries that counts what was read of it. */
function sourceOf(entries: readonly UsageEntry[], { from, to }: { readonly from: number; readonly to: number }) {
  const read = { listed: 0, lookedUp: 0 }
  const asked = entries.filter(({ hour }) => hour >= from && hour < to)
  const totals = [...sumEntries(asked, ({ keyId }) => keyId).values()]
  const byDay = new Map<number, UsageEntry[]>()
  for (const one of sumEntries(entries, ({ keyId, hour }) => `${dayOf(hour)} ${keyId}`).values()) {
    const list = byDay.get(dayOf(one.hour)) ?? []
    list.push(one)
    byDay.set(dayOf(one.hour), list)
  }
  for (const list of byDay.values()) list.sort((a, b) => b.requests - a.requests)
  const source: BusiestSource = {
    days: async () => [...new Set(asked.map(({ hour }) => dayOf(hour)))].sort((a, b) => a - b),
    async lists(days, depth) {
      return days.map((day) => {
        const list = (byDay.get(day) ?? []).slice(0, depth)
        read.listed += list.length
        return list
      })
    },
    async requestsOf(keyIds) {
      read.lookedUp += keyIds.length
      const wanted = new Set(keyIds)
      return new Map(totals.filter(({ keyId }) => wanted.has(keyId)).map(({ keyId, requests }) => [keyId, requests]))
    },
    totalsOf: async (keyIds) =>
      totals
        .filter(({ keyId }) => keyIds.includes(keyId))
        .map(({ keyId, lastUsedAt, ...counts }) => ({ keyId, lastUsedAt, ...addCounts(noCounts, counts) })),
    activeKeys: async () => null,
  }
  return { source, read, ranked: totals.sort((a, b) => b.requests - a.requests || (a.keyId < b.keyId ? -1 : 1)) }
}

function entry(keyId: string, hour: number, requests: number): UsageEntry {
  return { ...noCounts, workspaceId: 'ws', keyId, version: 1, hour, requests, lastUsedAt: hour }
}

describe('the busiest keys', () => {
  test('are exact, whatever up to a hundred keys did, and whichever way a range cuts through days', async () => {
    const used = fc.record({
      key: fc.integer({ min: 0, max: 99 }),
      hour: hours,
      requests: fc.integer({ min: 1, max: 99 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(used, { maxLength: 200 }),
        range,
        fc.integer({ min: 1, max: 100 }),
        async (uses, cut, limit) => {
          const entries = uses.map(({ key, hour, requests }) => entry(`key${key}`, hour, requests))
          const { source, ranked } = sourceOf(entries, cut)
          const answer = await findBusiest({ workspaceId: 'ws', ...cut, limit }, source)
          expect(answer.keys.map(({ keyId, requests }) => [keyId, requests])).toEqual(
            ranked.slice(0, limit).map(({ keyId, requests }) => [keyId, requests]),
          )
          expect(answer.othersAtMost).toBe(ranked[limit]?.requests ?? 0)
          expect(answer.activeKeys).toBe(ranked.length)
        },
      ),
      { seed: 7, numRuns: 200 },
    )
  })

  test('of very many keys are told with a bound that no other key is above, reading a bounded part', async () => {
    const days = Array.from({ length: 20 }, (_, day) => start + day * dayMs)
    const cut = { from: start, to: start + 20 * dayMs }
    for (const [name, requestsOf] of shapes) {
      const entries = days.flatMap((day, turn) =>
        Array.from({ length: 1_500 }, (_, n) => entry(`key${n}`, day, requestsOf(n, turn))),
      )
      const { source, read, ranked } = sourceOf(entries, cut)
      const { keys, othersAtMost } = await findBusiest({ workspaceId: 'ws', ...cut, limit: 10 }, source)
      const sums = new Map(ranked.map(({ keyId, requests }) => [keyId, requests]))
      for (const { keyId, requests } of keys) expect(requests, name).toBe(sums.get(keyId))
      const named = new Set(keys.map(({ keyId }) => keyId))
      const best = ranked.find(({ keyId }) => !named.has(keyId))
      expect(best?.requests, name).toBeLessThanOrEqual(othersAtMost)
      if (name !== 'noise') {
        expect(
          keys.map(({ requests }) => requests),
          name,
        ).toEqual(ranked.slice(0, 10).map(({ requests }) => requests))
        expect(othersAtMost, name).toBeLessThanOrEqual(keys.at(-1)?.requests ?? 0)
      }
      expect(read.listed, name).toBeLessThanOrEqual(60_000)
      expect(read.lookedUp, name).toBeLessThanOrEqual(1_000)
    }
  }, 30_000)

  test('stay within exact integers', async () => {
    const most = Number.MAX_SAFE_INTEGER
    const entries = [entry('a', start, most), entry('a', start + dayMs, most), entry('b', start, most)]
    const cut = { from: start, to: start + 2 * dayMs }
    const answer = await findBusiest({ workspaceId: 'ws', ...cut, limit: 1 }, sourceOf(entries, cut).source)
    expect(answer).toMatchObject({ keys: [{ keyId: 'a', requests: most }], othersAtMost: most })
  })
})

const shapes: readonly (readonly [name: string, requestsOf: (n: number, day: number) => number])[] = [
  ['few keys do most', (n, day) => 1 + Math.floor(1_000_000 / (n + 1)) + ((n * 7_919 + day * 104_729) % 50)],
  ['all do the same', () => 3],
  ['all do much the same', (n) => 1_000 + (n < 10 ? 500 : 0)],
  ['noise', (n, day) => 1 + ((n * 7_919 + day * 104_729) % 997)],
]
