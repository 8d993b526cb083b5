import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, type KeyReminder, type KeyringEvent, NotSupportedError } from '../../src/index.ts'
import { setUp } from '../support/set-up.ts'

const hour = 3_600_000
const day = 24 * hour

/** Reminders only, in the order in which they came. */
function noting(): { readonly sent: KeyReminder[]; readonly onEvent: (event: KeyringEvent) => void } {
  const sent: KeyReminder[] = []
  return { sent, onEvent: (event) => void ('cause' in event && sent.push(event)) }
}

describe('remind', () => {
  test('reports a key that expires within 14 days once, whichever of three processes looks first', async () => {
    const { sent, onEvent } = noting()
    const memory = memoryStore()
    const first = setUp({ on: memory, onEvent })
    const others = [2, 3].map((seed) => setUp({ on: memory.connect(), at: first.clock, seed, onEvent }))
    const { key } = await first.create({ expiresIn: '27d' })
    const all = [first, ...others].map(({ keyring }) => keyring)
    await Promise.all(all.map((keyring) => keyring.remind()))
    expect(sent).toEqual([])
    first.clock.advance(14 * day)
    const results = await Promise.all(all.map((keyring) => keyring.remind()))
    expect(results.reduce((sum, result) => sum + result.sent, 0)).toBe(1)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      type: 'key.expiring',
      id: `${key.id}.expiring.${key.expiresAt?.getTime()}`,
      workspaceId: 'ws_acme',
      actor: { type: 'system', id: 'claviger' },
      key: { id: key.id, name: key.name },
      cause: key.expiresAt,
    })
    await Promise.all(all.map((keyring) => keyring.remind()))
    expect(sent).toHaveLength(1)
    expect(JSON.stringify(sent)).not.toMatch(/hash|\$hmac/)
  })

  test('tells again when the expiry was moved to later and comes near again, also when it was moved back', async () => {
    const { sent, onEvent } = noting()
    const { keyring, keys, create, clock } = setUp({ onEvent })
    const { key } = await create({ expiresIn: '13d' })
    await keyring.remind()
    expect(sent).toHaveLength(1)
    const nearest = key.expiresAt as Date
    await keys.update(key.id, { expiresIn: '60d' })
    await keyring.remind()
    expect(sent).toHaveLength(1)
    await keys.update(key.id, { expiresAt: nearest })
    await keyring.remind()
    expect(sent).toHaveLength(2)
    await keys.update(key.id, { expiresIn: '60d' })
    clock.advance(47 * day)
    await keyring.remind()
    await keyring.remind()
    expect(sent).toHaveLength(3)
    await keys.update(key.id, { name: 'Another name' })
    await keyring.remind()
    expect(sent).toHaveLength(3)
  })

  test('reports a rotation that is due, of a key that is not used, and of an owner that is gone', async () => {
    const { sent, onEvent } = noting()
    const gone = new Set<string>()
    const resolveOwner = ({ owner }: { readonly owner: { readonly id: string } }): string[] | null =>
      gone.has(owner.id) ? null : ['*:*']
    const { keyring, keys, create, clock } = setUp({ onEvent, resolveOwner })
    const { key, token } = await create()
    clock.advance(90 * day)
    await keyring.remind()
    expect(sent.map(({ type }) => type).toSorted()).toEqual(['key.rotationDue', 'key.unused'])
    expect(sent.find(({ type }) => type === 'key.rotationDue')?.cause).toEqual(key.rotationDueAt)
    expect(sent.find(({ type }) => type === 'key.unused')?.cause).toEqual(key.createdAt)
    // Another secret, and another last use, are other causes.
    const { token: rotated } = await keys.rotate(key.id, { overlap: 0 })
    expect((await keyring.verify(token)).ok).toBe(false)
    expect((await keyring.verify(rotated)).ok).toBe(true)
    await keyring.flush()
    await keyring.remind()
    expect(sent).toHaveLength(2)
    clock.advance(91 * day)
    await keyring.remind()
    await keyring.remind()
    expect(sent).toHaveLength(4)
    gone.add('ada')
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
    await expect.poll(async () => (await keys.get(key.id)).ownerGoneAt).not.toBeNull()
    await keyring.remind()
    await keyring.remind()
    expect(sent).toHaveLength(5)
    expect(sent.at(-1)?.type).toBe('key.ownerGone')
  })

  test('is silent: neither head nor revision move, and nothing cached is dropped', async () => {
    const { onEvent } = noting()
    const { keyring, keys, create, store } = setUp({ onEvent })
    const { key } = await create({ expiresIn: '13d' })
    const before = (await store.poll?.(null))?.head
    expect(await keyring.remind()).toEqual({ sent: 1, failed: 0, isComplete: true })
    expect((await store.poll?.(null))?.head).toEqual(before)
    expect((await keys.get(key.id)).revision).toBe(key.revision)
  })

  test('reports a handler that throws, holds up no other key, and tells again at the next run', async () => {
    const sent: string[] = []
    const faults: unknown[] = []
    let isBroken = true
    const { keyring, create } = setUp({
      onError: ({ error, during }) => void faults.push([during, error]),
      async onEvent(event) {
        if (event.type !== 'key.expiring') return
        if (isBroken && event.key.name === 'Bad') throw new Error('no such mailbox')
        sent.push(event.key.name)
      },
    })
    for (const name of ['A', 'Bad', 'C']) await create({ name, expiresIn: '13d' })
    expect(await keyring.remind()).toEqual({ sent: 2, failed: 1, isComplete: true })
    expect(sent.toSorted()).toEqual(['A', 'C'])
    expect(faults).toEqual([['remind', new Error('no such mailbox')]])
    isBroken = false
    expect(await keyring.remind()).toEqual({ sent: 1, failed: 0, isComplete: true })
    expect(sent).toContain('Bad')
  })

  test('gives up a run when 100 deliveries fail one after the other', async () => {
    let asked = 0
    const { keyring, create, clock } = setUp({
      onError: () => {},
      onEvent(event) {
        if (!('cause' in event)) return
        asked += 1
        throw new Error('the mail server is down')
      },
    })
    for (let index = 0; index < 180; index += 1) await create({ expiresIn: '13d' })
    const running = keyring.remind()
    await clock.advanceAsync(10_000)
    expect(await running).toMatchObject({ sent: 0, isComplete: false })
    expect(asked).toBeGreaterThanOrEqual(100)
    expect(asked).toBeLessThan(110)
  })

  test('counts a handler that does not finish within 30 s as failed', async () => {
    const { keyring, create, clock } = setUp({
      onError: () => {},
      onEvent: (event) => ('cause' in event ? new Promise<void>(() => {}) : undefined),
    })
    await create({ expiresIn: '13d' })
    const running = keyring.remind()
    await clock.advanceAsync(31_000)
    expect(await running).toMatchObject({ sent: 0, failed: 1 })
  })

  test('sends again what a process had begun to send when it died, ten minutes later, with the same id', async () => {
    const { sent, onEvent } = noting()
    const memory = memoryStore()
    const dying = setUp({
      on: memory,
      onEvent: (event) => ('cause' in event ? new Promise<void>(() => {}) : undefined),
    })
    const { key } = await dying.create({ expiresIn: '13d' })
    void dying.keyring.remind()
    await dying.clock.advanceAsync(1_000)
    const other = setUp({ on: memory.connect(), at: dying.clock, seed: 2, onEvent })
    expect(await other.keyring.remind()).toMatchObject({ sent: 0 })
    // Its timers died with it: a clock of its own would stand still.
    const later = setUp({ on: memory.connect(), seed: 3, onEvent })
    await later.clock.advanceAsync(601_000)
    expect(await later.keyring.remind()).toMatchObject({ sent: 1 })
    expect(sent.map(({ id }) => id)).toEqual([`${key.id}.expiring.${key.expiresAt?.getTime()}`])
  })

  test('reads many keys in small pages, with a pause behind each, and never many at once', async () => {
    const { sent, onEvent } = noting()
    const { keyring, create, clock, store } = setUp({ onEvent })
    for (let index = 0; index < 320; index += 1) await create({ expiresIn: '13d' })
    let reads = 0
    let writing = 0
    let mostAtOnce = 0
    const { due, commitLocked } = store
    Object.assign(store, {
      due: async (query: Parameters<NonNullable<typeof due>>[0]) => {
        reads += 1
        expect(query.limit).toBeLessThanOrEqual(50)
        return due?.(query)
      },
      commitLocked: async (...args: Parameters<NonNullable<typeof commitLocked>>) => {
        writing += 1
        mostAtOnce = Math.max(mostAtOnce, writing)
        try {
          return await commitLocked?.(...args)
        } finally {
          writing -= 1
        }
      },
    })
    const progress = { isDone: false }
    const running = keyring.remind().finally(() => {
      progress.isDone = true
    })
    await new Promise((resolve) => void setImmediate(resolve))
    for (let turn = 0; turn < 50 && sent.length < 50; turn += 1) {
      await new Promise((resolve) => void setImmediate(resolve))
    }
    // It pauses: without the clock nothing goes on.
    expect(sent.length).toBeLessThanOrEqual(50)
    for (let turn = 0; turn < 1_000 && !progress.isDone; turn += 1) await clock.advanceAsync(100)
    expect(await running).toEqual({ sent: 320, failed: 0, isComplete: true })
    expect(new Set(sent.map(({ id }) => id)).size).toBe(320)
    expect(reads).toBeGreaterThanOrEqual(7)
    expect(mostAtOnce).toBeLessThanOrEqual(4)
  })

  test('lets requests have a turn after each delivery, though the store answers at once', async () => {
    const { sent, onEvent } = noting()
    const { keyring, create } = setUp({ onEvent })
    for (let index = 0; index < 40; index += 1) await create({ expiresIn: '13d' })
    let mostAtOnce = 0
    const progress = { isDone: false }
    const running = keyring.remind().finally(() => {
      progress.isDone = true
    })
    for (let before = 0; !progress.isDone; before = sent.length) {
      await new Promise((resolve) => void setImmediate(resolve))
      mostAtOnce = Math.max(mostAtOnce, sent.length - before)
    }
    expect(await running).toMatchObject({ sent: 40 })
    expect(mostAtOnce).toBeLessThanOrEqual(4)
  })

  test('is quiet about what was due long ago, unless asked for it', async () => {
    const { sent, onEvent } = noting()
    const quiet = setUp({ onEvent })
    await quiet.create()
    quiet.clock.advance(200 * day)
    await quiet.keyring.remind()
    expect(sent).toEqual([])
    const all = setUp({ onEvent, reminders: { lookBack: null } })
    await all.create()
    all.clock.advance(200 * day)
    await all.keyring.remind()
    expect(sent.map(({ type }) => type).toSorted()).toEqual(['key.rotationDue', 'key.unused'])
  })

  test('sends what was too old once it may look further back: unused keys when their turn comes again', async () => {
    const { sent, onEvent } = noting()
    const memory = memoryStore()
    const { keyring, create, clock } = setUp({ on: memory, onEvent })
    await create()
    await create({ name: 'Never rotated' })
    clock.advance(200 * day)
    await keyring.remind()
    const of = (rotationDue: boolean) => ({ rotationDue, unused: !rotationDue, lookBack: null })
    const rotation = setUp({ on: memory.connect(), at: clock, seed: 2, onEvent, reminders: of(true) })
    const unused = setUp({ on: memory.connect(), at: clock, seed: 3, onEvent, reminders: of(false) })
    await unused.keyring.remind()
    expect(sent).toEqual([])
    clock.advance(90 * day)
    await unused.keyring.remind()
    expect(sent.map(({ type }) => type)).toEqual(['key.unused', 'key.unused'])
    await rotation.keyring.remind()
    expect(sent.map(({ type }) => type)).toEqual(['key.unused', 'key.unused', 'key.rotationDue', 'key.rotationDue'])
  })

  test('is silent about keys that are revoked, expired, or of a kind that is switched off', async () => {
    const { sent, onEvent } = noting()
    const reminders = { expiring: null, unused: false } as const
    const { keyring, keys, create, clock } = setUp({ onEvent, reminders })
    const [revoked, expired] = [await create(), await create({ expiresIn: '80d' }), await create()]
    await keys.revoke(revoked.key.id)
    clock.advance(90 * day)
    await keyring.remind()
    expect(sent.map(({ type }) => type)).toEqual(['key.rotationDue'])
    expect(sent[0]?.key.id).not.toBe(expired.key.id)
  })

  test('a dry run tells only the handler of its call, and notes nothing', async () => {
    const { sent, onEvent } = noting()
    const { keyring, create } = setUp({ onEvent })
    await create({ expiresIn: '13d' })
    const due: string[] = []
    const dry = { dryRun: true, onEvent: (event: KeyReminder) => void due.push(event.type) } as const
    expect(await keyring.remind(dry)).toEqual({ sent: 1, failed: 0, isComplete: true })
    await keyring.remind(dry)
    expect(due).toEqual(['key.expiring', 'key.expiring'])
    expect(sent).toEqual([])
    await keyring.remind()
    expect(sent).toHaveLength(1)
    await expect(keyring.remind({ dryRun: true })).rejects.toThrow(ConfigurationError)
  })

  test('has someone to tell, a store that can, and options that are known', async () => {
    const { keyring } = setUp()
    await expect(keyring.remind()).rejects.toThrow(/no one to remind/)
    await expect(keyring.remind({ onevent: () => {} } as never)).rejects.toThrow(ConfigurationError)
    const { due: _, ...small } = memoryStore()
    const without = setUp({ on: small, onEvent: () => {} })
    await expect(without.keyring.remind()).rejects.toThrow(NotSupportedError)
    expect(without.keyring.guarantees()).toMatchObject({ reminders: false })
    expect(without.keyring.guarantees().limits.join('\n')).toMatch(/Without due, remind\(\)/)
    expect(keyring.guarantees()).toMatchObject({ reminders: true, followers: true })
  })

  test('works once over all processes on a store that cannot lock, too', async () => {
    const { sent, onEvent } = noting()
    const unlocking = ({ commitLocked: _, ...store }: ReturnType<typeof memoryStore>) => store
    const memory = memoryStore()
    const first = setUp({ on: unlocking(memory), onEvent })
    const second = setUp({ on: unlocking(memory.connect()), at: first.clock, seed: 2, onEvent })
    await first.create({ expiresIn: '13d' })
    await Promise.all([first.keyring.remind(), second.keyring.remind()])
    await Promise.all([first.keyring.remind(), second.keyring.remind()])
    expect(sent).toHaveLength(1)
  })
})

describe('the timer', () => {
  test('looks about every hour once the keyring is ready, and ends with it', async () => {
    const { sent, onEvent } = noting()
    const { keyring, create, clock } = setUp({ onEvent })
    await create({ expiresIn: '13d' })
    await clock.advanceAsync(0.74 * hour)
    expect(sent).toEqual([])
    await clock.advanceAsync(0.52 * hour)
    expect(sent).toHaveLength(1)
    await create({ expiresIn: '13d' })
    await clock.advanceAsync(1.3 * hour)
    expect(sent).toHaveLength(2)
    await keyring.close()
    await clock.advanceAsync(3 * hour)
    expect(clock.pending()).toBe(0)
  })

  test('is off where there is no onEvent, and where it is switched off', async () => {
    const { sent, onEvent } = noting()
    const { keyring, create, clock } = setUp({ onEvent, reminders: { every: null } })
    await create({ expiresIn: '13d' })
    await clock.advanceAsync(5 * hour)
    expect(sent).toEqual([])
    await keyring.remind()
    expect(sent).toHaveLength(1)
  })
})

describe('options', () => {
  test.each([
    [{ every: '10s' }, 'reminders.every'],
    [{ every: '8d' }, 'reminders.every'],
    [{ every: 60 }, 'reminders.every'],
    [{ expiring: '1s' }, 'reminders.expiring'],
    [{ unused: 'no' }, 'reminders.unused'],
    [{ lookBack: '1m' }, 'reminders.lookBack'],
    [{ evry: '1h' }, 'reminders.evry'],
  ])('%j is refused by name', (reminders, option) => {
    expect(() => setUp({ reminders: reminders as never })).toThrow(expect.objectContaining({ option }))
  })
})
