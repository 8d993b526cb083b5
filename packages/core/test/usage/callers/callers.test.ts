import { describe, expect, test } from 'vitest'
import { type RecorderSetUp, heardOn, keyId, recorderSetUp, stored, workspaceId } from '../../support/usage.ts'

const never = (): Promise<void> => new Promise(() => {})

/** The callers that a store has of a key. */
const callersOf = async ({ store }: RecorderSetUp, index = 0) =>
  (await store.callers?.({ workspaceId, keyId: keyId(index) })) ?? []

/** Notes a use of a key, by its index. */
const noting = (made: RecorderSetUp) => {
  const known = new Map<number, ReturnType<RecorderSetUp['verificationOn']>>()
  return (index = 0, address: unknown = '203.0.113.7', userAgent: unknown = 'node/20') => {
    const verification = known.get(index) ?? made.verificationOn(index)
    known.set(index, verification)
    made.recorder.noteCaller?.(verification, address, userAgent)
  }
}

describe('a caller', () => {
  test('is stored within flushMs, shortened', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    expect(made.clock.pending()).toBe(0)
    note()
    await made.clock.advanceAsync(4_750)
    expect(await callersOf(made)).toEqual([
      {
        workspaceId,
        keyId: keyId(),
        version: 1,
        network: '203.0.0.0/16',
        agent: 'node',
        lastUsedAt: made.clock.now() - 4_750,
      },
    ])
    expect(made.clock.pending()).toBe(0)
  })

  test('that comes again is sent again a minute after it was sent, however often it came, and not if it did not come', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    for (let second = 0; second < 130; second += 1) {
      note()
      await made.clock.advanceAsync(1_000)
    }
    const times = made.sentCallers.length
    expect(times).toBe(3)
    const last = made.clock.now() - 1_000
    await made.clock.advanceAsync(65_000)
    expect(made.sentCallers.length).toBe(times + 1)
    expect(await callersOf(made)).toMatchObject([{ lastUsedAt: last }])
    await made.clock.advanceAsync(3_600_000)
    expect(made.sentCallers.length).toBe(times + 1)
    expect(made.clock.pending()).toBe(0)
  })

  test('is stored at once by a flush, also when it was sent a moment ago, and by closing', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    note()
    await made.recorder.flush()
    made.clock.advance(1)
    note()
    await made.recorder.flush()
    expect(await callersOf(made)).toMatchObject([{ lastUsedAt: made.clock.now() }])
    made.clock.advance(1)
    note()
    await made.recorder.close(5_000)
    expect(await callersOf(made)).toMatchObject([{ lastUsedAt: made.clock.now() }])
    expect(made.sentCallers.length).toBe(3)
    await made.recorder.flush()
    expect(made.sentCallers.length).toBe(3)
  })

  test('of what proves no secret is none: there is nothing to send', () => {
    const made = recorderSetUp()
    made.recorder.noteCaller?.({ ok: false, code: 'invalid_key' }, '203.0.113.7', 'node')
    made.recorder.noteCaller?.({ ok: false, code: 'malformed_key' }, '203.0.113.7', 'node')
    expect(made.clock.pending()).toBe(0)
  })

  test('with a token for a program is kept without it', async () => {
    const made = recorderSetUp()
    noting(made)(0, '203.0.113.7', 'acme_production_secret')
    await made.recorder.flush()
    expect(await callersOf(made)).toMatchObject([{ network: '203.0.0.0/16', agent: null }])
  })
})

describe('sending', () => {
  test('takes at most 1 000 callers a call, one call after the other', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    for (let index = 0; index < 2_500; index += 1) note(index)
    let flying = 0
    let most = 0
    made.failCallers = async (apply) => {
      most = Math.max(most, (flying += 1))
      await apply()
      flying -= 1
    }
    await made.clock.advanceAsync(5_000)
    expect(made.sentCallers.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
    expect(most).toBe(1)
    expect(await callersOf(made, 2_499)).toHaveLength(1)
  })

  test('that fails is reported as usage is, and repeated until the store is back, with the latest use', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    made.failCallers = () => Promise.reject(new Error('connection refused'))
    note()
    const errors = await heardOn<{ during: string }>('claviger:error', () => made.clock.advanceAsync(600_000))
    expect(new Set(errors.map(({ during }) => during))).toEqual(new Set(['usage']))
    note()
    const last = made.clock.now()
    made.failCallers = undefined
    await made.clock.advanceAsync(10_000)
    expect(await callersOf(made)).toMatchObject([{ lastUsedAt: last }])
    expect(made.clock.pending()).toBe(0)
  })

  test('to a store that is down for an hour keeps those that came last, as many as there is room for', async () => {
    const made = recorderSetUp({ maxCells: 100 })
    const note = noting(made)
    made.failCallers = () => Promise.reject(new Error('connection refused'))
    for (let index = 0; index < 300; index += 1) {
      note(index)
      await made.clock.advanceAsync(12_000)
    }
    made.failCallers = undefined
    await made.clock.advanceAsync(10_000)
    expect(await callersOf(made, 199)).toEqual([])
    expect(await callersOf(made, 200)).toHaveLength(1)
    expect(await callersOf(made, 299)).toHaveLength(1)
  })

  test('that fails harms no counts, and counts that cannot be stored harm no callers', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    made.failCallers = () => Promise.reject(new Error('no such table'))
    note()
    made.use(made.verificationOn(1))
    await made.clock.advanceAsync(5_000)
    expect(await stored(made.store)).toMatchObject({ requests: 1 })
    expect(await callersOf(made)).toEqual([])

    made.failCallers = undefined
    made.fail = () => Promise.reject(new Error('no such table'))
    made.use(made.verificationOn(1))
    await made.clock.advanceAsync(5_000)
    expect(await callersOf(made)).toHaveLength(1)
    expect(await stored(made.store)).toMatchObject({ requests: 1 })
  })

  test('that is never answered keeps no counts waiting, in a flush and at the end', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    made.failCallers = never
    note()
    made.use(made.verificationOn(1))
    const flushing = expect(made.recorder.flush()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await made.clock.advanceAsync(0)
    expect(await stored(made.store)).toMatchObject({ requests: 1 })
    await made.clock.advanceAsync(2_000)
    await flushing
    made.use(made.verificationOn(1))
    const closing = made.recorder.close(5_000)
    await made.clock.advanceAsync(0)
    expect(await stored(made.store)).toMatchObject({ requests: 2 })
    await made.clock.advanceAsync(5_000)
    await closing
    expect(made.clock.pending()).toBe(0)
  })

  test('what is noted while closing is stored, what is noted after it is not', async () => {
    const made = recorderSetUp()
    const note = noting(made)
    note(0)
    const closing = made.recorder.close(5_000)
    note(1)
    await closing
    expect(await callersOf(made, 1)).toHaveLength(1)
    note(2)
    await made.clock.advanceAsync(60_000)
    expect(await callersOf(made, 2)).toEqual([])
    expect(made.clock.pending()).toBe(0)
  })
})
