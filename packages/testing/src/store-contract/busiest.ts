import { assert } from '../assert.ts'
import { type BusiestKeys, dayMs, hourMs, type UsageBatch, type UsageEntry } from '@claviger/core/store'
import { testKeyId } from '../records.ts'
import { same, start, usageEntry } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const range = { workspaceId: 'ws_acme', from: start - 2 * dayMs, to: start + 2 * dayMs }
const [first, second, third] = [testKeyId(1), testKeyId(2), testKeyId(3)]

function batch(sequence: number, entries: readonly UsageEntry[]): UsageBatch {
  return { instanceId: 'instance-a', sequence, entries }
}

/** The keys of a workspace that had the most requests, found without reading those of all keys. */
export const busiestKeys: ContractGroup = {
  title: 'busiest keys',
  define(test) {
    test('names the keys with the most requests, ties by id, and what the others had at most', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const requests = [5, 9, 9, 1, 7]
      await addUsage(
        batch(
          1,
          requests.map((count, index) => usageEntry({ keyId: testKeyId(index), requests: count, allowed: count })),
        ),
      )
      const named = async (limit: number): Promise<unknown> => {
        const { keys, ...rest } = await busiest({ ...range, limit })
        return [keys.map(({ keyId }) => keyId), rest]
      }
      const inOrder = [1, 2, 4, 0, 3].map(testKeyId)
      same(await named(1), [inOrder.slice(0, 1), { othersAtMost: 9, activeKeys: 5 }])
      same(await named(3), [inOrder.slice(0, 3), { othersAtMost: 5, activeKeys: 5 }])
      same(await named(5), [inOrder, { othersAtMost: 0, activeKeys: 5 }])
      same(await named(100), [inOrder, { othersAtMost: 0, activeKeys: 5 }])
    })

    test('gives every count of a key: of all its secret versions, hours and days together', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const counts = { requests: 9, allowed: 6, denied: { insufficient_permission: 2, key_expired: 1 } }
      await addUsage(
        batch(1, [
          usageEntry({ ...counts, clientErrors: 2, serverErrors: 1, lastUsedAt: start + 7 }),
          usageEntry({ version: 2, requests: 4, denied: { key_expired: 3 }, lastUsedAt: start + 5 }),
        ]),
      )
      await addUsage(
        batch(2, [usageEntry({ hour: start - dayMs, requests: 2, allowed: 2, lastUsedAt: start - dayMs })]),
      )
      same((await busiest({ ...range, limit: 10 })).keys, [
        {
          keyId: first,
          requests: 15,
          allowed: 9,
          denied: { insufficient_permission: 2, key_expired: 4 },
          clientErrors: 2,
          serverErrors: 1,
          lastUsedAt: start + 7,
        },
      ])
    })

    test('names no one where nothing was counted', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const nobody = { keys: [], othersAtMost: 0, activeKeys: 0 }
      same(await busiest({ ...range, limit: 10 }), nobody)
      await addUsage(batch(1, [usageEntry({ requests: 0, allowed: 0 })]))
      same(await busiest({ ...range, limit: 10 }), nobody)
    })

    test('counts what is within the range, to the hour, and names no key that has nothing there', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      await addUsage(
        batch(1, [
          usageEntry({ keyId: first, hour: start + hourMs, requests: 1 }),
          usageEntry({ keyId: second, hour: start + 2 * hourMs, requests: 2 }),
          usageEntry({ keyId: third, hour: start + 3 * hourMs, requests: 4 }),
          usageEntry({ keyId: first, hour: start - dayMs, requests: 8 }),
          usageEntry({ keyId: second, hour: start + dayMs + hourMs, requests: 16 }),
        ]),
      )
      const named = async (from: number, to: number): Promise<unknown> =>
        Object.fromEntries(
          (await busiest({ ...range, from, to, limit: 10 })).keys.map(({ keyId, requests }) => [keyId, requests]),
        )
      same(await named(start + hourMs, start + 3 * hourMs), { [first]: 1, [second]: 2 })
      same(await named(start + 2 * hourMs, start + dayMs), { [second]: 2, [third]: 4 })
      same(await named(start - dayMs, start + 2 * hourMs), { [first]: 9 })
      same(await named(start - dayMs + hourMs, start + dayMs + 2 * hourMs), { [first]: 1, [second]: 18, [third]: 4 })
      same(await named(start + 4 * hourMs, start + dayMs), {})
    })

    test('adds up batch by batch, and counts a batch once that is sent again', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const entries = Array.from({ length: 300 }, (_, index) =>
        usageEntry({ keyId: testKeyId(index), requests: index + 1, lastUsedAt: start + index }),
      )
      await Promise.all([addUsage(batch(1, entries)), addUsage(batch(1, entries))])
      await addUsage(batch(1, entries))
      await addUsage(batch(2, [usageEntry({ keyId: first, requests: 1_000 })]))
      await addUsage(batch(1, entries))
      const { keys, activeKeys } = await busiest({ ...range, limit: 2 })
      same(
        keys.map(({ keyId, requests }) => [keyId, requests]),
        [
          [first, 1_002],
          [testKeyId(299), 300],
        ],
      )
      assert.equal(activeKeys, 300)
    })

    test('is certain of a hundred keys, whatever they did', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const days = [-2, -1, 0, 1].map((day) => start + day * dayMs)
      // On each day others are busy, and over all days it is those that never were.
      const entries = days.flatMap((day, turn) =>
        Array.from({ length: 100 }, (_, index) =>
          usageEntry({
            keyId: testKeyId(index),
            hour: day + (index % 24) * hourMs,
            requests: index >= 90 ? 60 : index % 4 === turn ? 200 : 5 + (index % 7),
          }),
        ),
      )
      await addUsage(batch(1, entries))
      for (const [from, to] of [
        [range.from, range.to],
        [start - dayMs + 5 * hourMs, start + dayMs + 7 * hourMs],
      ] as const) {
        const { ranked, isTrue, answer } = compared(entries, await busiest({ ...range, from, to, limit: 12 }), from, to)
        same(
          answer.keys.map(({ keyId, requests }) => [keyId, requests]),
          ranked.slice(0, 12),
        )
        assert.equal(answer.othersAtMost, ranked[12]?.[1])
        assert.equal(answer.activeKeys, ranked.length)
        assert.ok(isTrue)
      }
    })

    test('says nothing untrue of two thousand keys', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const entries = [0, 1, 2].flatMap((day) =>
        Array.from({ length: 2_000 }, (_, index) =>
          usageEntry({
            keyId: testKeyId(index),
            hour: start - day * dayMs + hourMs,
            requests: 1 + ((index * 7_919 + day * 104_729) % 1_000) + (index < 5 ? 3_000 : 0),
          }),
        ),
      )
      await addUsage(batch(1, entries))
      for (const [from, to] of [
        [start - 2 * dayMs, start + dayMs],
        [start - 2 * dayMs + hourMs, start + 2 * hourMs],
      ] as const) {
        const { isTrue, answer } = compared(entries, await busiest({ ...range, from, to, limit: 10 }), from, to)
        assert.ok(isTrue, 'exact counts, and no other key above the bound')
        same(
          answer.keys
            .slice(0, 5)
            .map(({ keyId }) => keyId)
            .sort(),
          [0, 1, 2, 3, 4].map(testKeyId),
        )
        assert.ok(answer.activeKeys === null || answer.activeKeys === 2_000)
      }
    })

    test('keeps sums exact up to the largest safe integer, and there they stay', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const most = Number.MAX_SAFE_INTEGER
      await addUsage(
        batch(1, [usageEntry({ requests: most - 1, allowed: most - 1, denied: { key_expired: most - 1 } })]),
      )
      await addUsage(batch(2, [usageEntry({ requests: 1, denied: { key_expired: 1 } })]))
      await addUsage(
        batch(3, [usageEntry({ requests: most, hour: start + dayMs }), usageEntry({ requests: 7, hour: start })]),
      )
      const { keys } = await busiest({ ...range, limit: 1 })
      same(keys, [{ ...keys[0], requests: most, allowed: most, denied: { key_expired: most } }])
    })

    test('still names them after it was closed and opened again', async ({ need }) => {
      const { addUsage, reopen } = need('addUsage', 'busiest', 'reopen')
      await addUsage(batch(3, [usageEntry({ requests: 4 })]))
      const reopened = await reopen()
      const answer = await reopened.busiest?.({ ...range, limit: 1 })
      assert.equal(answer?.keys[0]?.requests, 4)
    })
  },
}

/** What an answer must agree with: every key with its requests, the busiest first. */
function compared(
  entries: readonly UsageEntry[],
  answer: BusiestKeys,
  from: number,
  to: number,
): { readonly answer: BusiestKeys; readonly ranked: readonly (readonly [string, number])[]; readonly isTrue: boolean } {
  const sums = new Map<string, number>()
  for (const { keyId, hour, requests } of entries) {
    if (hour >= from && hour < to) sums.set(keyId, (sums.get(keyId) ?? 0) + requests)
  }
  const ranked = [...sums].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1))
  const named = new Set(answer.keys.map(({ keyId }) => keyId))
  const isTrue =
    answer.keys.every(({ keyId, requests }) => sums.get(keyId) === requests) &&
    ranked.every(([keyId, requests]) => named.has(keyId) || requests <= answer.othersAtMost)
  return { answer, ranked, isTrue }
}
