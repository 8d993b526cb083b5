import { memoryStore } from '@claviger/store-memory'
import { type TestClock, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { argon2id, type Hasher, hmacSha256 } from '../../src/hashing/hasher.ts'
import { channels } from '../../src/reporting/diagnostics.ts'
import type { KeyStore } from '../../src/store/store.ts'
import { setUp } from '../support/set-up.ts'

const one = { id: 'one', secret: '1'.repeat(32) }
const two = { id: 'two', secret: '2'.repeat(32) }
const cheap = { memoryKiB: 7_168, iterations: 1 }
const hourMs = 3_600_000
const recordAgeMs = 10_000

/** Processes on one store, each with a hasher of its own. Every round uses every key in every process. */
function processes(hashers: readonly Hasher[]) {
  const shared = memoryStore()
  const clock = testClock()
  const running = hashers.map((hasher, seed) => setUp({ on: shared.connect(), at: clock, seed, hasher }))
  const [first] = running
  if (first === undefined) throw new Error('Expected a process.')
  const tokens: string[] = []
  return {
    clock,
    running,
    async create(count: number): Promise<readonly string[]> {
      const made = await Promise.all(Array.from({ length: count }, () => first.create()))
      tokens.push(...made.map(({ token }) => token))
      return made.map(({ key }) => key.id)
    },
    /** Uses every key once in each process, a record age apart, and waits for what happens in the background. */
    async round() {
      for (const { keyring } of running) {
        for (const token of tokens) expect(await keyring.verify(token)).toMatchObject({ ok: true })
        await settled(clock, () => running.reduce((sum, { store }) => sum + (store.calls.commit ?? 0), 0))
      }
      await clock.advanceAsync(recordAgeMs)
    },
    stored: (id: string) => storedSecret(shared, id),
    /** Rehashes so far: creating is the only other commit here. */
    rehashes: () => running.reduce((sum, { store }) => sum + (store.calls.commit ?? 0), 0) - tokens.length,
  }
}

// argon2 runs on threads: wait for it in real turns, since no clock of ours moves it, until nothing was stored for a
// while.
const quietTurns = 60

async function settled(clock: TestClock, commits: () => number = () => 0): Promise<void> {
  let stored = commits()
  for (let quiet = 0; quiet < quietTurns; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await clock.advanceAsync(0)
    if (commits() === stored) continue
    stored = commits()
    quiet = 0
  }
}

async function storedSecret(store: KeyStore, id: string) {
  const record = (await store.find([id])).get(id)
  if (record === undefined || record === 'corrupt') throw new Error('Expected a stored key.')
  return record.secrets[0]
}

describe('two configurations on one store', () => {
  test.each<[string, Hasher, Hasher, string | null, RegExp]>([
    [
      'a new pepper, announced before',
      hmacSha256({ pepper: one, nextPepper: two }),
      hmacSha256({ pepper: two, previousPeppers: [one] }),
      'two',
      /^\$hmac/,
    ],
    [
      'a first pepper',
      argon2id({ ...cheap, nextPepper: one }),
      argon2id({ ...cheap, pepper: one }),
      'one',
      /^\$argon2id/,
    ],
    [
      'the end of a pepper',
      argon2id({ ...cheap, pepper: one, nextPepper: null }),
      argon2id({ ...cheap, previousPeppers: [one] }),
      null,
      /^\$argon2id/,
    ],
    ['dearer argon2 parameters', argon2id(cheap), argon2id({ ...cheap, iterations: 2 }), null, /t=2/],
    ['cheaper argon2 parameters', argon2id({ ...cheap, iterations: 2 }), argon2id(cheap), null, /t=2/],
    ['other lanes at the same cost', argon2id(cheap), argon2id({ ...cheap, parallelism: 2 }), null, /p=1/],
    ['from argon2id to HMAC', argon2id({ ...cheap, nextPepper: one }), hmacSha256({ pepper: one }), 'one', /^\$hmac/],
    [
      'from argon2id to HMAC with a pepper of its own',
      argon2id({ ...cheap, pepper: one, nextPepper: two }),
      hmacSha256({ pepper: two, previousPeppers: [one] }),
      'two',
      /^\$hmac/,
    ],
    [
      'from HMAC to argon2id under one pepper',
      hmacSha256({ pepper: one }),
      argon2id({ ...cheap, pepper: one }),
      'one',
      /^\$argon2id/,
    ],
    [
      'from argon2id to HMAC under one pepper',
      argon2id({ ...cheap, pepper: one }),
      hmacSha256({ pepper: one }),
      'one',
      /^\$argon2id/,
    ],
    [
      'from HMAC to argon2id without a pepper',
      hmacSha256({ pepper: one, nextPepper: null }),
      argon2id({ ...cheap, previousPeppers: [one] }),
      null,
      /^\$argon2id/,
    ],
  ])('%s: each key is hashed again at most once, and all agree', async (_, before, after, pepperId, form) => {
    const { create, round, stored, rehashes } = processes([before, after])
    const ids = await create(3)
    for (let rounds = 0; rounds < 3; rounds += 1) await round()
    const moved = rehashes()
    expect(moved === 0 || moved === ids.length).toBe(true)
    for (const id of ids) {
      const secret = await stored(id)
      expect(secret.pepperId).toBe(pepperId)
      expect(secret.hash).toMatch(form)
    }
    await round()
    expect(rehashes()).toBe(moved)
  })

  test.each<[string, Hasher, Hasher]>([
    [
      'each lists the pepper of the other as previous',
      hmacSha256({ pepper: one, previousPeppers: [two] }),
      hmacSha256({ pepper: two, previousPeppers: [one] }),
    ],
    ['a pepper is taken away unannounced', hmacSha256({ pepper: one }), argon2id({ ...cheap, previousPeppers: [one] })],
  ])('%s: after one undoing both leave the keys alone, and say so', async (_, before, after) => {
    const { create, round, rehashes, clock } = processes([before, after])
    const disputes: unknown[] = []
    const hear = (message: unknown): void => void disputes.push(message)
    channels.error.subscribe(hear)
    try {
      const ids = await create(3)
      await round()
      await round()
      const fought = rehashes()
      expect(fought).toBeLessThanOrEqual(2 * ids.length)
      for (let rounds = 0; rounds < 3; rounds += 1) await round()
      expect(rehashes()).toBe(fought)
      // The first to notice gives way; both may notice in one turn.
      expect(disputes.length).toBeGreaterThanOrEqual(1)
      expect(disputes.length).toBeLessThanOrEqual(2)
      expect(disputes[0]).toMatchObject({ during: 'rehash', error: { code: 'ERR_CLAVIGER_CONFLICT' } })
      await clock.advanceAsync(hourMs)
      await round()
      await round()
      expect(rehashes()).toBeLessThanOrEqual(4 * ids.length)
    } finally {
      channels.error.unsubscribe(hear)
    }
  })

  test('three processes that move to one pepper store each key about once, not once each', async () => {
    const after = hmacSha256({ pepper: two, previousPeppers: [one] })
    const { create, round, rehashes, running } = processes([hmacSha256({ pepper: one, nextPepper: two }), after, after])
    const ids = await create(5)
    await round()
    await round()
    expect(rehashes()).toBe(ids.length)
    expect(running).toHaveLength(3)
  })
})

describe('rehashing', () => {
  test('keeps what another repair of the same key stored meanwhile', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const gone = new Set<string>()
    const old = setUp({
      on: shared.connect(),
      at: clock,
      hasher: hmacSha256({ pepper: one }),
      resolveOwner: ({ owner }) => (gone.has(owner.id) ? null : ['*:*']),
    })
    const { key, token } = await old.create()
    const renewing = setUp({
      on: shared.connect(),
      at: clock,
      seed: 2,
      hasher: hmacSha256({ pepper: two, previousPeppers: [one] }),
    })
    // Between the verification's read and the repair's.
    let reads = 0
    renewing.store.before('find', async () => {
      reads += 1
      if (reads !== 2) return
      gone.add('ada')
      await old.keyring.verify(token)
      await settled(clock)
    })
    await renewing.keyring.verify(token)
    await vi.waitUntil(() => renewing.store.calls.commit === 1)
    await settled(clock)
    const [record] = (await shared.find([key.id])).values()
    expect(record).toMatchObject({ ownerGoneAt: expect.any(Number), secrets: [{ pepperId: 'two' }] })
  })

  test('takes a twentieth of the time at most, and goes on with the keys that are still in use', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const old = setUp({ on: shared.connect(), at: clock, hasher: hmacSha256({ pepper: one }) })
    const made = await Promise.all(Array.from({ length: 40 }, () => old.create()))
    const { keyring, store } = setUp({
      on: shared.connect(),
      at: clock,
      seed: 2,
      hasher: hmacSha256({ pepper: two, previousPeppers: [one] }),
    })
    // Each rehash takes 100 ms.
    store.before('commit', () => clock.advanceAsync(100))
    const useAll = async (): Promise<void> => {
      for (const { token } of made) await keyring.verify(token)
      await settled(clock)
    }
    const startedAt = clock.monotonic()
    while ((store.calls.commit ?? 0) < made.length) {
      await useAll()
      const passedMs = clock.monotonic() - startedAt
      expect((store.calls.commit ?? 0) * 100).toBeLessThanOrEqual(250 + 0.05 * passedMs + 100)
      await clock.advanceAsync(recordAgeMs)
      expect(clock.monotonic() - startedAt).toBeLessThan(hourMs)
    }
  })

  test('is not tried for a key that is refused', async () => {
    const shared = memoryStore()
    const old = setUp({ on: shared.connect(), hasher: hmacSha256({ pepper: one }) })
    const { key, token } = await old.create()
    await old.keys.disable(key.id)
    const { keyring, store, clock } = setUp({
      on: shared.connect(),
      hasher: hmacSha256({ pepper: two, previousPeppers: [one] }),
    })
    expect(await keyring.verify(token)).toMatchObject({ code: 'key_disabled' })
    await settled(clock)
    expect(store.calls.commit).toBeUndefined()
  })

  test('that failed is tried again with the next read of the key', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const old = setUp({ on: shared.connect(), at: clock, hasher: hmacSha256({ pepper: one }) })
    const { key, token } = await old.create()
    const { keyring, store } = setUp({
      on: shared.connect(),
      at: clock,
      seed: 2,
      hasher: hmacSha256({ pepper: two, previousPeppers: [one] }),
    })
    store.before('commit', () => {
      throw new Error('connection refused')
    })
    await keyring.verify(token)
    await settled(clock)
    store.before('commit', undefined)
    await clock.advanceAsync(recordAgeMs)
    await keyring.verify(token)
    await settled(clock)
    expect((await storedSecret(shared, key.id)).pepperId).toBe('two')
  })

  test('ends with close', async () => {
    const shared = memoryStore()
    const old = setUp({ on: shared.connect(), hasher: hmacSha256({ pepper: one }) })
    const { token } = await old.create()
    const { keyring, store, clock } = setUp({
      on: shared.connect(),
      hasher: argon2id({ ...cheap, pepper: two, previousPeppers: [one] }),
    })
    await keyring.verify(token)
    await keyring.close()
    await settled(clock)
    expect(store.calls.commit).toBeUndefined()
  })
})
