import { channel } from 'node:diagnostics_channel'
import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { boundedStore } from '../../src/bounds/bounded-store.ts'
import type { ChangeTarget } from '../../src/cache/change-target.ts'
import { createFreshness } from '../../src/following/freshness.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import type { Announcement, BusListener, Head, KeyStore, PollResult, Subscription } from '../../src/store/store.ts'

const times = { pollMs: 1_000, leaseMs: 5_000 }
const bounded = (store: KeyStore, clock: Clock) => boundedStore(store, clock, 1_000)
const head = (epoch: number, nonce = `n${epoch}`, storeId = 's1'): Head => ({ storeId, epoch, nonce })
const key = (id: string): Announcement => ({ type: 'key', id })

/** Follows a scripted change log: what each poll answers is said by the test. */
function following(overrides: Partial<KeyStore> = {}) {
  const clock = testClock()
  let failing = false
  const flushes: string[] = []
  const applied: Announcement[] = []
  const caches: ChangeTarget = {
    apply(announcements) {
      if (failing) {
        failing = false
        throw new Error('broken')
      }
      applied.push(...announcements)
    },
    flush: (reason) => void flushes.push(reason),
  }
  const sinces: (Head | null)[] = []
  let answer: () => PollResult | Promise<PollResult> = () => ({ head: head(5), changes: 'gap' })
  let listener: BusListener | undefined
  const store: KeyStore = {
    ...memoryStore(),
    poll: async (since) => {
      sinces.push(since)
      return answer()
    },
    subscribe: async (given) => {
      listener = given
      return { close: async () => {} }
    },
    ...overrides,
  }
  const freshness = createFreshness({ store: bounded(store, clock), caches, times, clock })
  return {
    clock,
    flushes,
    applied,
    freshness,
    sinces,
    bus: (message: unknown) => listener?.message(message),
    comesBack: () => listener?.up(),
    failNextApply: () => {
      failing = true
    },
    answers: (next: () => PollResult | Promise<PollResult>) => {
      answer = next
    },
  }
}

describe('the lease', () => {
  test('starts dead, lives from the moment the poll was sent, and ends after five seconds without another', async () => {
    const { freshness, clock, answers } = following()
    expect(freshness.alive(clock.now())).toBe(false)
    await freshness.start()
    const sentAt = clock.now()
    answers(() => new Promise(() => {}))
    expect(freshness.alive(sentAt + 4_999)).toBe(true)
    expect(freshness.alive(sentAt + 5_000)).toBe(false)
  })

  test('counts from the sending of the poll, not from its answer', async () => {
    const { freshness, clock, answers } = following()
    let reply = (_: PollResult): void => {}
    await freshness.start()
    answers(
      () =>
        new Promise((resolve) => {
          reply = resolve
        }),
    )
    await clock.advanceAsync(1_000)
    const sentAt = clock.now()
    await clock.advanceAsync(900)
    reply({ head: head(5), changes: [] })
    await clock.advanceAsync(0)
    expect(freshness.alive(sentAt + 4_999)).toBe(true)
    expect(freshness.alive(sentAt + 5_000)).toBe(false)
  })

  test('is not renewed by an answer that came too late', async () => {
    const { freshness, clock, answers } = following()
    await freshness.start()
    const startedAt = clock.now()
    const replies: ((late: PollResult) => void)[] = []
    answers(() => new Promise((resolve) => replies.push(resolve)))
    await clock.advanceAsync(2_000)
    replies[0]?.({ head: head(5), changes: [] })
    await clock.advanceAsync(3_000)
    expect(freshness.alive(startedAt + 5_000)).toBe(false)
  })

  test('a wall clock set back does not prolong it', async () => {
    const { freshness, clock, answers } = following()
    await freshness.start()
    answers(() => new Promise(() => {}))
    clock.jumpWall(-3_600_000)
    expect(freshness.alive(clock.now())).toBe(false)
  })

  test('a drift between wall and monotonic clock flushes, once', async () => {
    const { freshness, clock, flushes, answers } = following()
    await freshness.start()
    answers(() => ({ head: head(5), changes: [] }))
    clock.jumpWall(7_200_000)
    await clock.advanceAsync(1_000)
    expect(flushes).toEqual(['clock'])
    await clock.advanceAsync(5_000)
    expect(flushes).toEqual(['clock'])
    expect(freshness.alive(clock.now())).toBe(true)
  })

  test('a store without a change log has no lease to lose', () => {
    const { poll: _, ...store } = memoryStore()
    const clock = testClock()
    const freshness = createFreshness({
      store: bounded(store, clock),
      caches: { apply() {}, flush() {} },
      times,
      clock,
    })
    expect(freshness.alive(0)).toBe(true)
    expect(freshness.alive(8.64e15)).toBe(true)
  })
})

describe('the change log', () => {
  test('is followed from the last applied head', async () => {
    const { freshness, clock, applied, flushes, sinces, answers } = following()
    await freshness.start()
    answers(() => ({
      head: head(7),
      changes: [
        { epoch: 6, nonce: 'n6', announcements: [key('a')] },
        { epoch: 7, nonce: 'n7', announcements: [key('b'), key('c')] },
      ],
    }))
    await clock.advanceAsync(1_000)
    answers(() => ({ head: head(7), changes: [] }))
    await clock.advanceAsync(1_000)
    expect(applied).toEqual([key('a'), key('b'), key('c')])
    expect(flushes).toEqual([])
    expect(sinces).toEqual([null, head(5), head(7)])
  })

  test('shows this process its own changes, which are applied already', async () => {
    const { freshness, clock, applied, answers } = following()
    await freshness.start()
    freshness.applied('n6')
    answers(() => ({ head: head(6), changes: [{ epoch: 6, nonce: 'n6', announcements: [key('a')] }] }))
    await clock.advanceAsync(1_000)
    expect(applied).toEqual([])
  })

  test.each<[string, string, PollResult]>([
    ['a gap', 'gap', { head: head(9), changes: 'gap' }],
    ['a hole between the changes', 'gap', { head: head(7), changes: [{ epoch: 7, nonce: 'n7', announcements: [] }] }],
    ['an epoch that went back', 'epoch went back', { head: head(3), changes: [] }],
    ['a failover: the same epoch, another nonce', 'foreign nonce', { head: head(5, 'other'), changes: [] }],
    [
      'a head that is not the last change',
      'foreign nonce',
      { head: head(6, 'other'), changes: [{ epoch: 6, nonce: 'n6', announcements: [] }] },
    ],
  ])('%s flushes everything', async (_, reason, result) => {
    const { freshness, clock, flushes, answers } = following()
    await freshness.start()
    answers(() => result)
    await clock.advanceAsync(1_000)
    expect(flushes).toEqual([reason])
    answers(() => ({ head: result.head, changes: [] }))
    await clock.advanceAsync(3_000)
    expect(flushes).toEqual([reason])
  })

  test.each([
    ['of a later version', [{ type: 'moon', id: 'x' }]],
    ['with a hole', Array(2)],
    ['without a list', undefined],
  ])('an entry %s flushes everything, and the entries beside it are not lost', async (_, announcements) => {
    const { freshness, clock, flushes, answers } = following()
    await freshness.start()
    answers(() => ({
      head: head(7),
      changes: [
        { epoch: 6, nonce: 'n6', announcements: announcements as never },
        { epoch: 7, nonce: 'n7', announcements: [key('a')] },
      ],
    }))
    await clock.advanceAsync(1_000)
    expect(flushes).toEqual(['unreadable change'])
  })

  test('is asked for again when applying it failed, and the lease is not renewed', async () => {
    const { freshness, clock, sinces, answers, failNextApply } = following()
    await freshness.start()
    const startedAt = clock.now()
    answers(() => ({ head: head(6), changes: [{ epoch: 6, nonce: 'n6', announcements: [key('a')] }] }))
    failNextApply()
    await clock.advanceAsync(1_000)
    expect(freshness.alive(startedAt + 5_000)).toBe(false)
    await clock.advanceAsync(1_000)
    expect(sinces.slice(1)).toEqual([head(5), head(5)])
    expect(freshness.alive(startedAt + 5_000)).toBe(true)
  })

  test('a poll that hangs is followed by another, and never are there two at once', async () => {
    const { freshness, clock, sinces, answers } = following()
    await freshness.start()
    answers(() => new Promise(() => {}))
    await clock.advanceAsync(5_000)
    expect(sinces.length).toBe(1 + 5)
  })

  test('a poll that fails is sent again soon, a few times, and then as often as any', async () => {
    const { freshness, clock, sinces, answers } = following()
    await freshness.start()
    answers(() => {
      throw new Error('connection reset')
    })
    await clock.advanceAsync(1_000)
    const first = sinces.length
    await clock.advanceAsync(1_000)
    expect(sinces.length - first).toBe(4)
    await clock.advanceAsync(10_000)
    expect(sinces.length - first).toBeLessThanOrEqual(4 + 10)
  })

  test('one failure in five is no reason to lose the lease, whenever it comes', async () => {
    const { freshness, clock, answers } = following()
    await freshness.start()
    let polls = 0
    answers(() => {
      polls += 1
      if (polls % 5 !== 0) throw new Error('connection reset')
      return { head: head(5), changes: [] }
    })
    for (let step = 0; step < 60; step += 1) {
      await clock.advanceAsync(1_000)
      expect(freshness.alive(clock.now())).toBe(true)
    }
  })

  test('stop() leaves no timer behind', async () => {
    const { freshness, clock } = following()
    await freshness.start()
    await freshness.stop()
    expect(clock.pending()).toBe(0)
    expect(freshness.alive(clock.now())).toBe(false)
  })
})

describe('another store than the one it was started on', () => {
  const foreign: PollResult = { head: head(9, 'n9', 's2'), changes: [] }

  test('renews no lease, flushes nothing and is never followed: what it does not know, it was never told', async () => {
    const { freshness, clock, sinces, flushes, answers } = following()
    await freshness.start()
    const startedAt = clock.now()
    answers(() => foreign)
    await clock.advanceAsync(6_000)
    expect(freshness.alive(startedAt + 5_000)).toBe(false)
    expect(flushes).toEqual([])
    expect(new Set(sinces.slice(1).map((since) => since?.storeId))).toEqual(new Set(['s1']))
    expect(freshness.storeId).toBe('s1')
    await expect(freshness.renewed()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
    await expect(freshness.confirmed()).rejects.toThrow(/s2.*s1.*restart the process/is)
  })

  test('is told to operators with every poll', async () => {
    const seen: string[] = []
    const note = (message: unknown): void => void seen.push((message as { readonly error: Error }).error.message)
    const { freshness, clock, answers } = following()
    await freshness.start()
    answers(() => foreign)
    channel('claviger:error').subscribe(note)
    await clock.advanceAsync(1_000)
    channel('claviger:error').unsubscribe(note)
    expect(seen).toEqual([expect.stringContaining('emptied, or replaced')])
  })

  test('is forgiven when the old one is back', async () => {
    const { freshness, clock, answers } = following()
    await freshness.start()
    answers(() => foreign)
    await clock.advanceAsync(10_000)
    answers(() => ({ head: head(5), changes: [] }))
    await clock.advanceAsync(1_000)
    expect(freshness.alive(clock.now())).toBe(true)
  })

  test('is refused at the start already, where the store is named', async () => {
    const clock = testClock()
    const store: KeyStore = { ...memoryStore(), poll: async () => foreign }
    const caches: ChangeTarget = { apply() {}, flush() {} }
    const named = createFreshness({ store: bounded(store, clock), caches, times: { ...times, storeId: 's1' }, clock })
    await expect(named.start()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION', option: 'storeId' })
    expect(named.alive(clock.now())).toBe(false)
    const right = createFreshness({ store: bounded(store, clock), caches, times: { ...times, storeId: 's2' }, clock })
    await right.start()
    expect(right.storeId).toBe('s2')
  })
})

describe('what others wait for', () => {
  test('renewed() asks for nothing while the lease lives, and is one poll for all who wait when it does not', async () => {
    const { freshness, clock, sinces, answers } = following()
    await freshness.start()
    await freshness.renewed()
    expect(sinces.length).toBe(1)
    answers(() => {
      throw new Error('connection refused')
    })
    await clock.advanceAsync(5_000)
    const polls = sinces.length
    answers(() => ({ head: head(5), changes: [] }))
    await Promise.all(Array.from({ length: 100 }, () => freshness.renewed()))
    expect(sinces.length).toBe(polls + 1)
    expect(freshness.alive(clock.now())).toBe(true)
  })

  test('confirmed() never counts a poll that was under way when it was called', async () => {
    const { freshness, clock, sinces, answers } = following()
    await freshness.start()
    const replies: ((late: PollResult) => void)[] = []
    answers(() => new Promise((resolve) => replies.push(resolve)))
    await clock.advanceAsync(1_000)
    expect(sinces.length).toBe(2)
    let isConfirmed = false
    const waiting = Promise.all(Array.from({ length: 100 }, () => freshness.confirmed())).then(() => {
      isConfirmed = true
    })
    replies[0]?.({ head: head(5), changes: [] })
    await clock.advanceAsync(0)
    expect(isConfirmed).toBe(false)
    replies[1]?.({ head: head(5), changes: [] })
    await waiting
    expect(sinces.length).toBe(3)
  })

  test('without a change log there is nothing to ask', async () => {
    const { poll: _, ...store } = memoryStore()
    const clock = testClock()
    const freshness = createFreshness({
      store: bounded(store, clock),
      caches: { apply() {}, flush() {} },
      times,
      clock,
    })
    await Promise.all([freshness.renewed(), freshness.confirmed()])
    expect(freshness.storeId).toBeUndefined()
  })
})

describe('the bus', () => {
  test('a message drops what it names; another store’s is nothing to us; what we do not know drops all', async () => {
    const { freshness, bus, applied, flushes, clock, answers } = following()
    await freshness.start()
    answers(() => ({ head: head(5), changes: [] }))
    bus({ storeId: 's1', epoch: 6, nonce: 'n6', announcements: [key('a')] })
    expect(applied).toEqual([key('a')])
    const proxy = new Proxy(
      {},
      {
        get() {
          throw new Error('trap')
        },
      },
    )
    for (const message of [
      undefined,
      null,
      '',
      'x'.repeat(1_000_000),
      42,
      [],
      {},
      { storeId: 's2', announcements: [key('b')] },
    ]) {
      bus(message)
    }
    expect(flushes).toEqual([])
    const unknown = [
      proxy,
      { storeId: 's1' },
      { storeId: 's1', announcements: [{ type: 'moon' }] },
      { storeId: 's1', announcements: [{ type: 'owner', workspaceId: 'w' }] },
      { storeId: 's1', announcements: [{ type: 'workspace' }] },
      { storeId: 's1', announcements: Array(2) },
      { storeId: 's1', announcements: Array(2_000).fill(key('a')) },
    ]
    for (const message of unknown) {
      bus(message)
      await clock.advanceAsync(200)
    }
    expect(flushes).toEqual(unknown.map(() => 'bus'))
    expect(applied).toEqual([key('a')])
  })

  test('10 000 requests to flush are two flushes, the last of them after the last request', async () => {
    const { freshness, bus, flushes, clock } = following()
    await freshness.start()
    for (let index = 0; index < 10_000; index += 1) bus({ storeId: 's1', announcements: 'all' })
    expect(flushes.length).toBe(1)
    await clock.advanceAsync(200)
    expect(flushes.length).toBe(2)
  })

  test('a storm of owner messages turns into a flush, not into a scan each', async () => {
    const { freshness, bus, applied, flushes, clock } = following()
    await freshness.start()
    for (let index = 0; index < 10_000; index += 1) {
      bus({ storeId: 's1', announcements: [{ type: 'workspace', workspaceId: `w${index}` }] })
    }
    await clock.advanceAsync(100)
    expect(applied.length).toBe(20)
    expect(flushes.length).toBe(2)
  })

  test('what a message may cost is counted by what it announces, each once', async () => {
    const { freshness, bus, applied, flushes } = following()
    await freshness.start()
    const owner = (id: string): Announcement => ({ type: 'owner', workspaceId: 'w', owner: { type: 'service', id } })
    const message = (ids: readonly string[]) => bus({ storeId: 's1', announcements: ids.map(owner) })
    for (let index = 0; index < 10; index += 1) message(Array.from({ length: 1_024 }, () => 'one'))
    expect([applied.length, flushes]).toEqual([10, []])
    message(Array.from({ length: 900 }, (_, index) => `a${index}`))
    expect([applied.length, flushes]).toEqual([910, []])
    message(Array.from({ length: 900 }, (_, index) => `b${index}`))
    expect([applied.length, flushes]).toEqual([910, ['bus']])
  })

  test('a bus that comes back is followed by a poll at once', async () => {
    const { freshness, clock, sinces, comesBack } = following()
    await freshness.start()
    await clock.advanceAsync(500)
    comesBack()
    await clock.advanceAsync(0)
    expect(sinces.length).toBe(2)
    await clock.advanceAsync(999)
    expect(sinces.length).toBe(2)
    await clock.advanceAsync(1)
    expect(sinces.length).toBe(3)
  })

  test('a bus that comes back during start or after stop leaves no second timer', async () => {
    const { freshness, clock, comesBack, sinces } = following()
    const started = freshness.start()
    await clock.advanceAsync(0)
    comesBack()
    await clock.advanceAsync(0)
    await started
    expect(clock.pending()).toBe(1)
    await freshness.stop()
    const polls = sinces.length
    comesBack()
    await clock.advanceAsync(5_000)
    expect(sinces.length).toBe(polls)
    expect(clock.pending()).toBe(0)
  })

  test('a subscription that hangs is given up and tried again', async () => {
    let tries = 0
    const { freshness, clock, answers } = following({
      subscribe: () => {
        tries += 1
        return new Promise(() => {})
      },
    })
    const started = freshness.start()
    await clock.advanceAsync(1_000)
    await started
    answers(() => ({ head: head(5), changes: [] }))
    await clock.advanceAsync(3_000)
    expect(tries).toBeGreaterThan(1)
    await freshness.stop()
  })

  test('a flush that was put off dies with stop()', async () => {
    const { freshness, bus, clock, flushes } = following()
    await freshness.start()
    bus({ storeId: 's1' })
    bus({ storeId: 's1' })
    await freshness.stop()
    await clock.advanceAsync(1_000)
    expect(flushes.length).toBe(1)
    expect(clock.pending()).toBe(0)
  })

  test('a subscription that hangs keeps no one from being ready, and is closed if it comes after stop()', async () => {
    let subscribed = (_: Subscription): void => {}
    let closed = false
    const { freshness, clock } = following({
      subscribe: () =>
        new Promise((resolve) => {
          subscribed = resolve
        }),
    })
    const started = freshness.start()
    await clock.advanceAsync(1_000)
    await started
    expect(freshness.alive(clock.now())).toBe(true)
    await freshness.stop()
    subscribed({ close: async () => void (closed = true) })
    await clock.advanceAsync(0)
    expect(closed).toBe(true)
    expect(clock.pending()).toBe(0)
  })

  test('stop() while it is starting leaves no timer behind', async () => {
    const { freshness, clock, answers } = following()
    let reply = (_: PollResult): void => {}
    answers(
      () =>
        new Promise((resolve) => {
          reply = resolve
        }),
    )
    const started = freshness.start()
    await clock.advanceAsync(0)
    await freshness.stop()
    reply({ head: head(5), changes: [] })
    await started
    expect(clock.pending()).toBe(0)
    expect(freshness.alive(clock.now())).toBe(false)
  })

  test('a subscription that fails is tried again, and the poll works meanwhile', async () => {
    let tries = 0
    const { freshness, clock, answers } = following({
      subscribe: async () => {
        tries += 1
        if (tries < 3) throw new Error('NOPERM')
        return { close: async () => {} }
      },
    })
    answers(() => ({ head: head(5), changes: tries === 0 ? 'gap' : [] }))
    await freshness.start()
    await clock.advanceAsync(5_000)
    expect(tries).toBe(3)
    expect(freshness.alive(clock.now())).toBe(true)
  })
})

describe('what operators can watch', () => {
  const seen: unknown[] = []
  const note = (message: unknown): void => void seen.push(message)
  afterEach(() => {
    channel('claviger:lease').unsubscribe(note)
    seen.length = 0
  })

  test('the lease is reported lost and regained', async () => {
    channel('claviger:lease').subscribe(note)
    const { freshness, clock, answers } = following()
    await freshness.start()
    answers(() => {
      throw new Error('connection refused')
    })
    await clock.advanceAsync(6_000)
    answers(() => ({ head: head(5), changes: [] }))
    await clock.advanceAsync(1_000)
    expect(seen).toEqual([true, false, true].map((alive) => ({ alive, storeId: 's1' })))
  })
})
