import type { Activity, UsageEntry } from '@claviger/core/store'
import { expect, test } from 'vitest'
import { activityBook } from '../src/activity.ts'
import { busiestIn } from '../src/busiest.ts'
import type { WorkspaceCounts } from '../src/counts.ts'
import { memoryStore } from '../src/memory-store.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const first = Date.UTC(2030, 0, 1)
const workspaceId = 'ws_large'

/** A line of the log that counts how often it is looked at. */
function line(n: number, looks: { count: number }): Activity {
  const entry = {
    id: `act_${String(n).padStart(8, '0')}`,
    workspaceId,
    at: first + n,
    actor: { type: 'user', id: `user_${n % 50}` },
    target: { type: 'key', id: `key_${n % 1_000}` },
    before: null,
    after: null,
    origin: null,
  }
  return Object.defineProperty(entry, 'action', {
    enumerable: true,
    get() {
      looks.count += 1
      return n % 3 === 0 ? 'key.created' : 'key.updated'
    },
  }) as unknown as Activity
}

function book(count: number): {
  readonly list: ReturnType<typeof activityBook>['list']
  readonly looks: { count: number }
} {
  const looks = { count: 0 }
  const { append, list } = activityBook()
  for (let n = 0; n < count; n += 1) append(line(n, looks))
  return { list, looks }
}

test.each([
  ['the log', {}],
  ['what one key went through', { targetId: 'key_7' }],
  ['what one user did', { actor: { type: 'user', id: 'user_7' } }],
  ['a span', { from: first + 20_000, to: first + 20_100 }],
  ['what came before an instant', { to: first + 100 }],
] as const)('a page of %s looks at its own lines, however long the log is', (_, asked) => {
  const { list, looks } = book(30_000)
  const page = list({ workspaceId, limit: 25, action: 'key.updated', ...asked })
  expect(page.items.length).toBeGreaterThan(15)
  expect(looks.count).toBeLessThan(150)
})

test('a filter that matches nothing looks at a bounded part of the log, and goes on from there', () => {
  const { list, looks } = book(12_000)
  const page = list({ workspaceId, limit: 25, action: 'key.revoked' })
  expect([page.items, typeof page.nextCursor]).toEqual([[], 'string'])
  expect(looks.count).toBeLessThanOrEqual(5_001)
})

test('the busiest keys are found without the counts of the others', async () => {
  const store = memoryStore()
  const entries = Array.from({ length: 20_000 }, (_, n): UsageEntry => {
    const counts = { requests: 1 + n, allowed: 1 + n, denied: {}, clientErrors: 0, serverErrors: 0, lastUsedAt: first }
    return { workspaceId, keyId: `key_${n}`, version: 1, hour: first + (n % 3) * dayMs, ...counts }
  })
  await store.addUsage({ instanceId: 'a', sequence: 1, entries })
  const { keys, activeKeys } = await store.busiest({ workspaceId, from: first, to: first + 3 * dayMs, limit: 5 })
  expect(keys.map(({ requests }) => requests)).toEqual([20_000, 19_999, 19_998, 19_997, 19_996])
  expect(activeKeys).toBe(20_000)
})

test('the counts of a key are read for the candidates only', async () => {
  const read: string[] = []
  const counts: WorkspaceCounts = {
    keys: new Proxy(new Map(), {
      get: (map, name) => (name === 'get' ? (id: string) => void read.push(id) : Reflect.get(map, name)),
    }),
    hours: new Map(),
    days: new Map(),
    lastHours: { add() {}, delete() {}, behind: () => [], countBefore: () => 0, size: 0 },
    lastHourOf: new Map(),
  }
  await busiestIn(counts, { from: first, to: first + dayMs }).totalsOf(['key_1', 'key_2'])
  expect(read).toEqual(['key_1', 'key_2'])
})
