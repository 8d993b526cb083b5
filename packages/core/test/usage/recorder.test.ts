import { memoryStore } from '@claviger/store-memory'
import { testClock, testRecord } from '@claviger/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedStore } from '../../src/bounds/bounded-store.ts'
import { hourMs } from '../../src/store/usage.ts'
import { createRecorder } from '../../src/usage/recorder.ts'
import type { Accepted, ApiKey, RefusalCode, Refused } from '../../src/verification/verification.ts'
import { heardOn, keyId, recorderSetUp, stored, workspaceId } from '../support/usage.ts'

interface UsageMessage {
  readonly flushed: number
  readonly pending: number
  readonly dropped: number
}

const never = (): Promise<void> => new Promise(() => {})

describe('a flush', () => {
  test('comes within flushMs of the first count, and not again before something is counted', async () => {
    const { clock, sent, verificationOn, use, store } = recorderSetUp()
    expect(clock.pending()).toBe(0)
    const a = verificationOn()
    use(a)
    await clock.advanceAsync(4_749)
    expect(sent).toHaveLength(0)
    await clock.advanceAsync(1)
    expect(await stored(store)).toMatchObject({ requests: 1 })
    expect(clock.pending()).toBe(0)
    await clock.advanceAsync(60_000)
    expect(sent).toHaveLength(1)
  })

  test('is one batch however many requests there were', async () => {
    const { clock, sent, verificationOn, use, store } = recorderSetUp()
    const a = verificationOn()
    for (let index = 0; index < 1_000; index += 1) use(a)
    await clock.advanceAsync(5_000)
    expect(sent.map(({ entries }) => entries.length)).toEqual([1])
    expect(await stored(store)).toMatchObject({ requests: 1_000, allowed: 1_000 })
  })

  test('is split into batches of 2 000 entries, one after the other', async () => {
    const made = recorderSetUp()
    const { clock, sent, verificationOn, use, store } = made
    for (let index = 0; index < 4_500; index += 1) use(verificationOn(index))
    let flying = 0
    let most = 0
    made.fail = async (_, apply) => {
      most = Math.max(most, (flying += 1))
      await apply()
      flying -= 1
    }
    await clock.advanceAsync(5_000)
    expect(sent.map(({ sequence, entries }) => [sequence, entries.length])).toEqual([
      [1, 2_000],
      [2, 2_000],
      [3, 500],
    ])
    expect(most).toBe(1)
    expect(await stored(store)).toMatchObject({ requests: 4_500 })
  })

  test('is the same batch under the same number again when its outcome is unknown, whatever was counted since', async () => {
    const made = recorderSetUp()
    const { clock, sent, verificationOn, use, store } = made
    const a = verificationOn()
    use(a)
    made.fail = async (_, apply) => {
      await apply()
      throw new Error('connection reset')
    }
    await clock.advanceAsync(5_000)
    use(a)
    use(a)
    await clock.advanceAsync(5_000)
    made.fail = undefined
    await clock.advanceAsync(5_000)
    expect(sent.map(({ sequence, entries }) => [sequence, entries[0]?.requests])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
      [2, 2],
    ])
    expect(await stored(store)).toMatchObject({ requests: 3 })
  })

  test('that is never answered is given up after two seconds and sent again', async () => {
    const made = recorderSetUp()
    const { clock, sent, verificationOn, use, store } = made
    use(verificationOn())
    made.fail = async (_, apply) => {
      await apply()
      await never()
    }
    await clock.advanceAsync(4_750 + 2_000)
    made.fail = undefined
    await clock.advanceAsync(5_000)
    expect(sent.map(({ sequence }) => sequence)).toEqual([1, 1])
    expect(await stored(store)).toMatchObject({ requests: 1 })
  })

  test('that fails troubles no one: it is published, and the next one is planned', async () => {
    const made = recorderSetUp()
    const { clock, verificationOn, use } = made
    made.fail = () => Promise.reject(new Error('connection refused'))
    use(verificationOn())
    const errors = await heardOn<{ during: string }>('claviger:error', () => clock.advanceAsync(5_000))
    expect(errors).toMatchObject([{ during: 'usage' }])
    expect(clock.pending()).toBe(1)
  })

  test('tells the channel what it stored, what waits and what is lost', async () => {
    const made = recorderSetUp({ maxCells: 1 })
    const { clock, verificationOn, use } = made
    const a = verificationOn(0)
    made.fail = () => Promise.reject(new Error('connection refused'))
    const messages = await heardOn<UsageMessage>('claviger:usage', async () => {
      for (let index = 0; index < 3; index += 1) use(a)
      use(verificationOn(1))
      await clock.advanceAsync(5_000)
      made.fail = undefined
      await clock.advanceAsync(5_000)
    })
    expect(messages).toEqual([
      { flushed: 0, pending: 3, dropped: 1 },
      { flushed: 3, pending: 0, dropped: 0 },
    ])
  })
})

describe('a store that is down', () => {
  test('for ten minutes costs no more memory than the cap, throws nothing, and gets every count it had room for', async () => {
    const made = recorderSetUp({ maxCells: 500 })
    const { clock, verificationOn, use, store } = made
    const verifications = Array.from({ length: 1_000 }, (_, index) => verificationOn(index))
    made.fail = () => Promise.reject(new Error('connection refused'))
    let dropped = 0
    let mostCells = 0
    const messages = await heardOn<UsageMessage>('claviger:usage', async () => {
      for (let second = 0; second < 600; second += 1) {
        for (const verification of verifications) use(verification)
        await clock.advanceAsync(1_000)
        mostCells = Math.max(mostCells, made.sent.at(-1)?.entries.length ?? 0)
      }
      made.fail = undefined
      await clock.advanceAsync(10_000)
    })
    for (const message of messages) dropped += message.dropped
    const { requests } = await stored(store)
    expect(mostCells).toBeLessThanOrEqual(500)
    expect(requests + dropped).toBe(600_000)
    // 500 keys had room; each of their requests arrives.
    expect(requests).toBeGreaterThanOrEqual(300_000)
    expect(messages.at(-1)).toMatchObject({ pending: 0 })
  })

  test('over a full hour gives each hour its own counts when it is back', async () => {
    const made = recorderSetUp()
    const { clock, verificationOn, use, store } = made
    const a = verificationOn()
    made.fail = () => Promise.reject(new Error('connection refused'))
    use(a)
    await clock.advanceAsync(hourMs)
    use(a)
    use(a)
    made.fail = undefined
    await clock.advanceAsync(10_000)
    const points = await store.usage?.({ workspaceId, from: 0, to: 1e14, bucket: 'hour' })
    expect(points?.map(({ requests }) => requests)).toEqual([1, 2])
  })
})

describe('closing', () => {
  test('stores everything, in as many batches as it takes', async () => {
    const { clock, recorder, verificationOn, use, store } = recorderSetUp()
    for (let index = 0; index < 2_500; index += 1) use(verificationOn(index))
    await recorder.close(5_000)
    expect(await stored(store)).toMatchObject({ requests: 2_500 })
    expect(clock.pending()).toBe(0)
  })

  test('waits for the flush under way, and stores what was counted meanwhile', async () => {
    const made = recorderSetUp()
    const { clock, recorder, verificationOn, use, store } = made
    const a = verificationOn()
    let answer = (): void => {}
    use(a)
    made.fail = async (_, apply) => {
      await apply()
      await new Promise<void>((resolve) => {
        answer = resolve
      })
    }
    await clock.advanceAsync(4_750)
    use(a)
    const closing = recorder.close(5_000)
    use(a)
    made.fail = undefined
    answer()
    await closing
    expect(await stored(store)).toMatchObject({ requests: 3 })
    expect(made.sent.map(({ sequence }) => sequence)).toEqual([1, 2])
  })

  test('tries again while there is time, and counts once', async () => {
    const made = recorderSetUp()
    const { clock, recorder, verificationOn, use, store } = made
    use(verificationOn())
    made.fail = async (_, apply) => {
      await apply()
      await never()
    }
    const closing = recorder.close(5_000)
    await clock.advanceAsync(2_500)
    made.fail = undefined
    await clock.advanceAsync(1_000)
    await closing
    expect(made.sent.length).toBeGreaterThan(1)
    expect(await stored(store)).toMatchObject({ requests: 1 })
  })

  test('gives up at the deadline, and says what is lost', async () => {
    const made = recorderSetUp()
    const { clock, recorder, verificationOn, use } = made
    const a = verificationOn()
    use(a)
    use(a)
    made.fail = never
    const messages = await heardOn<UsageMessage>('claviger:usage', async () => {
      const closing = recorder.close(5_000)
      await clock.advanceAsync(5_000)
      await closing
    })
    expect(messages.at(-1)).toEqual({ flushed: 0, pending: 2, dropped: 2 })
    expect(clock.pending()).toBe(0)
  })

  test('what is counted after it is dropped, and said to be', async () => {
    const { clock, recorder, verificationOn, use, store } = recorderSetUp()
    const a = verificationOn()
    await recorder.close(5_000)
    const messages = await heardOn<UsageMessage>('claviger:usage', async () => use(a))
    expect(messages).toMatchObject([{ dropped: 1 }])
    expect(clock.pending()).toBe(0)
    expect(await stored(store)).toMatchObject({ requests: 0 })
  })
})

test('a verification no one introduced counts nothing', async () => {
  const { clock, recorder } = recorderSetUp()
  recorder.count({ ok: false, code: 'invalid_key' }, undefined, { code: 'invalid_key' })
  expect(clock.pending()).toBe(0)
})

test('an accepted verification counts by its key, a copy of the key counts nothing', async () => {
  const clock = testClock()
  const store = memoryStore()
  const apiKey = { id: keyId(), workspaceId, secretVersion: 2 } as unknown as ApiKey
  const recorder = createRecorder({
    store: boundedStore(store, clock, 1_000),
    flushMs: 1_000,
    maxCells: 10,
    clock,
    isOurs: (made) => made === apiKey,
    random: () => 1,
    own: (work) => work(),
  })
  const verification: Accepted = { ok: true, apiKey, endsAt: null }
  recorder.count({ ...verification, apiKey: { ...apiKey } }, 200, undefined)
  expect(clock.pending()).toBe(0)
  recorder.count(verification, 200, undefined)
  recorder.count({ ...verification }, 403, { code: 'wrong_workspace' })
  await clock.advanceAsync(1_000)
  expect(await stored(store)).toMatchObject({ requests: 2, allowed: 1, denied: { wrong_workspace: 1 } })
})

test('last used never moves back, whichever of two processes with clocks 5 s apart is heard last', async () => {
  const clock = testClock()
  const store = memoryStore()
  await store.commit({
    writes: [{ type: 'key', record: testRecord({ id: keyId(), workspaceId }), expectedRevision: 0 }],
    activity: [],
    announcements: [],
    nonce: 'n',
    at: clock.now(),
    silent: false,
  })
  const start = (skewMs: number): (() => void) => {
    const own = { ...clock, now: () => clock.now() + skewMs }
    const options = { flushMs: 1_000, maxCells: 10, storeTimeoutMs: 1_000 }
    const recorder = createRecorder({
      store: boundedStore(store, own, 1_000),
      ...options,
      clock: own,
      isOurs: () => false,
      random: () => 1,
      own: (work) => work(),
    })
    const verification: Refused = { ok: false, code: 'key_revoked' }
    recorder.introduce(verification, { id: keyId(), workspaceId, secretVersion: 1 })
    return () => recorder.count(verification, 200, undefined)
  }
  const [ahead, behind] = [start(5_000), start(0)]
  const seen: number[] = []
  for (let round = 0; round < 20; round += 1) {
    ;(round % 3 === 0 ? ahead : behind)()
    await clock.advanceAsync(1_000)
    const record = (await store.find([keyId()])).get(keyId())
    seen.push(record === undefined || record === 'corrupt' ? Number.NaN : (record.lastUsedAt ?? Number.NaN))
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(new Set(seen).size).toBeGreaterThan(5)
})

type Fate = 'stored' | 'refused' | 'stored, answer lost' | 'stored, never answered' | 'never stored, never answered'
type Step =
  | { readonly type: 'use'; readonly key: number; readonly code: RefusalCode | undefined; readonly times: number }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'fate'; readonly fate: Fate }

test('whatever is counted when, and whatever becomes of each batch: the total is exact in the end', async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      type: fc.constant('use' as const),
      key: fc.nat(3),
      code: fc.constantFrom<RefusalCode | undefined>(undefined, undefined, 'key_expired', 'wrong_workspace'),
      times: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(10, 900, 2_000, 5_000, hourMs / 2) }),
    fc.record({
      type: fc.constant('fate' as const),
      fate: fc.constantFrom<Fate>(
        'stored',
        'refused',
        'stored, answer lost',
        'stored, never answered',
        'never stored, never answered',
      ),
    }),
  )
  const run = async (steps: readonly Step[]): Promise<void> => {
    const made = recorderSetUp()
    const { clock, recorder, store, verificationOn } = made
    const verifications = [0, 1, 2, 3].map((index) => verificationOn(index))
    const expected = [0, 0, 0, 0]
    let denied = 0
    for (const each of steps) {
      if (each.type === 'wait') await clock.advanceAsync(each.ms)
      else if (each.type === 'fate') {
        made.fail = async (_, apply) => {
          if (each.fate.startsWith('stored')) await apply()
          if (each.fate.endsWith('never answered')) await never()
          if (each.fate !== 'stored') throw new Error(each.fate)
        }
      } else {
        for (let time = 0; time < each.times; time += 1) {
          const { code } = each
          recorder.count(verifications[each.key] as Refused, 200, code && { code })
          expected[each.key] = (expected[each.key] ?? 0) + 1
          if (code !== undefined) denied += 1
        }
      }
    }
    made.fail = undefined
    const closing = recorder.close(5_000)
    await clock.advanceAsync(5_000)
    await closing
    const counted = await Promise.all(verifications.map((_, index) => stored(store, { keyId: keyId(index) })))
    expect(counted.map(({ requests }) => requests)).toEqual(expected)
    const all = await stored(store)
    expect(Object.values(all.denied).reduce((sum, count) => sum + count, 0)).toBe(denied)
    expect(all.allowed).toBe(all.requests - denied)
    expect(made.sent.map(({ sequence }) => sequence)).toEqual(
      made.sent.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
    )
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), run), { seed: 5, numRuns: 200 })
}, 60_000)
