import { dayMs, hourMs, type UsageBatch, type UsageEntry, type UsagePoint, usagePoints } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId } from '../records.ts'
import { same, start, usageEntry } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const range = { workspaceId: 'ws_acme', from: start - 2 * dayMs, to: start + 2 * dayMs }

function batch(sequence: number, entries: readonly UsageEntry[], instanceId = 'instance-a'): UsageBatch {
  return { instanceId, sequence, entries }
}

/** Counts are added once, and read back by hour, UTC day or in total. */
export const usage: ContractGroup = {
  title: 'usage',
  define(test) {
    test('gives back every count of an hour', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const counts = {
        requests: 9,
        allowed: 6,
        denied: { insufficient_permission: 2, key_expired: 1 },
        clientErrors: 2,
        serverErrors: 1,
      }
      await addUsage(batch(1, [usageEntry({ ...counts, lastUsedAt: start + 7 })]))
      same(await usage({ ...range, bucket: 'hour' }), [{ start, version: null, ...counts, lastUsedAt: start + 7 }])
    })

    test('adds up batch by batch, denials by code', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ requests: 3, allowed: 1, denied: { key_expired: 2 }, clientErrors: 1 })]))
      await addUsage(
        batch(2, [
          usageEntry({ requests: 5, allowed: 2, denied: { key_expired: 1, key_revoked: 2 }, serverErrors: 1 }),
        ]),
      )
      const [point] = await usage({ ...range, bucket: 'hour' })
      same(point, {
        ...point,
        requests: 8,
        allowed: 3,
        denied: { key_expired: 3, key_revoked: 2 },
        clientErrors: 1,
        serverErrors: 1,
      })
    })

    test('adds several entries of one hour in one batch', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ requests: 2 }), usageEntry({ requests: 3 })]))
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'hour' })), [5])
    })

    // The answer to a batch can be lost; it is then sent again.
    test('counts a batch once that is sent again, at once or later', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ requests: 1 })]))
      await addUsage(batch(1, [usageEntry({ requests: 1 })]))
      await addUsage(batch(2, [usageEntry({ requests: 10 })]))
      await addUsage(batch(1, [usageEntry({ requests: 1 })]))
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'total' })), [11])
    })

    test('counts a batch once that is sent twice at the same time', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await Promise.all(Array.from({ length: 8 }, () => addUsage(batch(1, [usageEntry()]))))
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'total' })), [1])
    })

    test('skips nothing when an instance leaves out numbers, and ignores the ones left out when they come late', async ({
      need,
    }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ requests: 1 })]))
      await addUsage(batch(5, [usageEntry({ requests: 10 })]))
      await addUsage(batch(3, [usageEntry({ requests: 100 })]))
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'total' })), [11])
    })

    test('numbers batches per instance', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(7, [usageEntry({ requests: 1 })], 'instance-a'))
      await addUsage(batch(1, [usageEntry({ requests: 10 })], 'instance-b'))
      await addUsage(batch(1, [usageEntry({ requests: 100 })], 'Instance-B'))
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'total' })), [111])
    })

    test('accepts a batch without entries, and counts on behind it', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(2, []))
      await addUsage(batch(2, [usageEntry()]))
      assert.deepEqual(await usage({ ...range, bucket: 'total' }), [])
    })

    test('gives one point per hour, oldest first, whatever the order of arrival', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ hour: start + 10 * hourMs }), usageEntry({ hour: start - hourMs })]))
      await addUsage(batch(2, [usageEntry({ hour: start + 2 * hourMs })]))
      const points = await usage({ ...range, bucket: 'hour' })
      assert.deepEqual(startsOf(points), [start - hourMs, start + 2 * hourMs, start + 10 * hourMs])
    })

    test('puts the hours on either side of midnight UTC into two days', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const hours = [start - dayMs, start - hourMs, start, start + 23 * hourMs]
      await addUsage(
        batch(
          1,
          hours.map((hour, index) => usageEntry({ hour, requests: 10 ** index })),
        ),
      )
      const points = await usage({ ...range, bucket: 'day' })
      assert.deepEqual(startsOf(points), [start - dayMs, start])
      assert.deepEqual(requestsOf(points), [11, 1_100])
    })

    test('sums the whole range to one point that starts where the range does', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(
        batch(1, [usageEntry({ hour: start }), usageEntry({ hour: start + dayMs, lastUsedAt: start + dayMs })]),
      )
      const points = await usage({ ...range, bucket: 'total' })
      assert.deepEqual(startsOf(points), [range.from])
      assert.deepEqual(requestsOf(points), [2])
      assert.equal(points[0]?.lastUsedAt, start + dayMs)
    })

    test('includes the first instant of the range and excludes the last', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const hours = [start - hourMs, start, start + hourMs, start + 2 * hourMs]
      await addUsage(
        batch(
          1,
          hours.map((hour) => usageEntry({ hour })),
        ),
      )
      const query = { ...range, from: start, to: start + 2 * hourMs }
      assert.deepEqual(startsOf(await usage({ ...query, bucket: 'hour' })), [start, start + hourMs])
      assert.deepEqual(requestsOf(await usage({ ...query, bucket: 'day' })), [2])
      assert.deepEqual(requestsOf(await usage({ ...query, bucket: 'total' })), [2])
    })

    test('leaves out buckets without a request', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ requests: 0, allowed: 0 })]))
      for (const bucket of ['hour', 'day', 'total'] as const) assert.deepEqual(await usage({ ...range, bucket }), [])
    })

    test('gives points per secret version of a key, in order of start and version', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const [first, second] = [testKeyId(1), testKeyId(2)]
      await addUsage(
        batch(1, [
          usageEntry({ keyId: second, version: 10, requests: 1 }),
          usageEntry({ keyId: second, version: 9, requests: 2 }),
          usageEntry({ keyId: first, version: 2, requests: 4 }),
          usageEntry({ keyId: first, version: 1, requests: 8 }),
          usageEntry({ keyId: second, version: 1, hour: start - hourMs, requests: 16 }),
        ]),
      )
      const points = async (query: object): Promise<unknown> =>
        (await usage({ ...range, bucket: 'hour', ...query })).map((point) => [
          point.start,
          point.version,
          point.requests,
        ])
      assert.deepEqual(await points({}), [
        [start - hourMs, null, 16],
        [start, null, 15],
      ])
      assert.deepEqual(await points({ keyId: second }), [
        [start - hourMs, null, 16],
        [start, null, 3],
      ])
      assert.deepEqual(await points({ keyId: second, groupBy: 'version' }), [
        [start - hourMs, 1, 16],
        [start, 9, 2],
        [start, 10, 1],
      ])
      assert.deepEqual(await points({ groupBy: 'version', bucket: 'total', keyId: first }), [
        [range.from, 1, 8],
        [range.from, 2, 4],
      ])
    })

    // Sums by the day answer for whole days, hours for the rest: both must say the same.
    test('gives the same whichever way a range cuts through days', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const entries = Array.from({ length: 60 }, (_, index) =>
        usageEntry({
          keyId: testKeyId(index % 3),
          version: 1 + (index % 2),
          hour: start - dayMs + index * hourMs,
          requests: 1 + index,
          allowed: index,
          denied: index % 4 === 0 ? { key_expired: 1 } : { ['key_revoked']: 1 },
          clientErrors: index % 5,
          serverErrors: index % 2,
          lastUsedAt: start - dayMs + index * hourMs + 7,
        }),
      )
      await addUsage(batch(1, entries.slice(0, 31)))
      await addUsage(batch(2, entries.slice(31)))
      for (const [first, length] of [
        [0, 60],
        [0, 24],
        [5, 10],
        [5, 43],
        [23, 2],
        [24, 24],
        [1, 47],
        [20, 28],
        [30, 0],
      ] as const) {
        const cut = {
          workspaceId: 'ws_acme',
          from: start - dayMs + first * hourMs,
          to: start - dayMs + (first + length) * hourMs,
        }
        for (const bucket of ['hour', 'day', 'total'] as const) {
          for (const query of [{}, { keyId: testKeyId(1) }, { keyId: testKeyId(1), groupBy: 'version' as const }]) {
            const asked = { ...cut, ...query, bucket }
            same(await usage(asked), usagePoints(entries, asked), JSON.stringify([first, length, bucket, query]))
          }
        }
      }
    })

    test('gives the counts of one key when one is asked for', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(batch(1, [usageEntry({ requests: 2 }), usageEntry({ keyId: testKeyId(2), requests: 5 })]))
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'total', keyId: testKeyId(2) })), [5])
      assert.deepEqual(await usage({ ...range, bucket: 'total', keyId: testKeyId(3) }), [])
    })

    // Beyond it, integers are inexact in JavaScript and overflow in a database.
    test('keeps sums exact up to the largest safe integer, and there they stay', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const most = Number.MAX_SAFE_INTEGER
      const entry = {
        requests: most - 1,
        allowed: most - 1,
        denied: { key_expired: most - 1 },
        clientErrors: most - 1,
        serverErrors: most - 1,
      }
      const one = { requests: 1, allowed: 1, denied: { key_expired: 1 }, clientErrors: 1, serverErrors: 1 }
      const full = {
        requests: most,
        allowed: most,
        denied: { key_expired: most },
        clientErrors: most,
        serverErrors: most,
      }
      await addUsage(batch(1, [usageEntry(entry)]))
      await addUsage(batch(2, [usageEntry(one)]))
      const [exact] = await usage({ ...range, bucket: 'hour' })
      same(exact, { ...exact, ...full })
      await addUsage(batch(3, [usageEntry(one), usageEntry({ ...full, hour: start + hourMs })]))
      for (const bucket of ['hour', 'day', 'total'] as const) {
        for (const point of await usage({ ...range, bucket })) same(point, { ...point, ...full }, bucket)
      }
    })

    test('carries out a batch of 5 000 entries', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage(
        batch(
          1,
          Array.from({ length: 5_000 }, (_, index) => usageEntry({ keyId: testKeyId(index) })),
        ),
      )
      assert.deepEqual(requestsOf(await usage({ ...range, bucket: 'total' })), [5_000])
    })

    test('still holds the counts and the highest batch numbers after it was closed and opened again', async ({
      need,
    }) => {
      const { addUsage, reopen } = need('addUsage', 'usage', 'reopen')
      await addUsage(batch(3, [usageEntry()]))
      const reopened = await reopen()
      await reopened.addUsage?.(batch(3, [usageEntry()]))
      assert.deepEqual(requestsOf((await reopened.usage?.({ ...range, bucket: 'total' })) ?? []), [1])
    })
  },
}

function requestsOf(points: readonly UsagePoint[]): readonly number[] {
  return points.map(({ requests }) => requests)
}

function startsOf(points: readonly UsagePoint[]): readonly number[] {
  return points.map((point) => point.start)
}
