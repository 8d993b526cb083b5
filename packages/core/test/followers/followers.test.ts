import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import {
  ClosedError,
  ConfigurationError,
  type FollowedActivity,
  type LostLines,
  NotSupportedError,
  systemActor,
} from '../../src/index.ts'
import { setUp } from '../support/set-up.ts'

const turns = async (count = 200): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => void setImmediate(resolve))
}

const nameOf = ({ after }: FollowedActivity): unknown => after?.['name']

describe('follow', () => {
  test('hands out the log of all workspaces in the order of commits, and goes on with what comes', async () => {
    const { keyring, create, clock } = setUp()
    await create({ name: 'A' })
    await keyring
      .as(systemActor('ws_globex'))
      .create({ name: 'B', environment: 'ci', owner: { type: 'user', id: 'bob' } })
    const lines: FollowedActivity[] = []
    const follower = keyring.follow('siem', (line) => void lines.push(line))
    await turns()
    expect(lines.map((line) => [line.position, line.workspaceId, line.action, nameOf(line)])).toEqual([
      [1, 'ws_acme', 'key.created', 'A'],
      [2, 'ws_globex', 'key.created', 'B'],
    ])
    expect(lines[0]?.at).toBeInstanceOf(Date)
    await create({ name: 'C' })
    await clock.advanceAsync(1_000)
    expect(lines.map(nameOf)).toEqual(['A', 'B', 'C'])
    expect(follower).toMatchObject({ name: 'siem', status: 'following', position: 3 })
    await follower.close()
    expect(follower.status).toBe('closed')
  })

  test('goes on behind the stored place; another name begins at its own', async () => {
    const { keyring, create, clock } = setUp()
    await create({ name: 'A' })
    const first: unknown[] = []
    await turns(1)
    const follower = keyring.follow('siem', (line) => void first.push(nameOf(line)))
    await turns()
    await follower.close()
    await create({ name: 'B' })
    const [second, other, late]: [unknown[], unknown[], unknown[]] = [[], [], []]
    keyring.follow('siem', (line) => void second.push(nameOf(line)))
    keyring.follow('other', (line) => void other.push(nameOf(line)))
    keyring.follow('late', (line) => void late.push(nameOf(line)), { from: 'now' })
    await turns()
    await create({ name: 'C' })
    await clock.advanceAsync(1_000)
    expect([first, second, other, late]).toEqual([['A'], ['B', 'C'], ['A', 'B', 'C'], ['C']])
  })

  test('brings a line again, with the same id, when the process died before its place was stored', async () => {
    const memory = memoryStore()
    const dying = setUp({ on: memory })
    await dying.create({ name: 'A' })
    const seen: string[] = []
    // Its store answers no more once the line was handled.
    const { claimFollower } = memory
    let isDead = false
    Object.assign(dying.store, {
      claimFollower: async (claim: Parameters<typeof claimFollower>[0]) =>
        isDead ? new Promise(() => {}) : claimFollower(claim),
    })
    dying.keyring.follow('siem', (line) => {
      seen.push(line.id)
      isDead = true
    })
    await turns()
    expect(seen).toHaveLength(1)
    const other = setUp({ on: memory.connect(), seed: 2 })
    const again: string[] = []
    other.keyring.follow('siem', (line) => void again.push(line.id))
    await other.clock.advanceAsync(29_000)
    expect(again).toEqual([])
    await other.clock.advanceAsync(12_000)
    expect(again).toEqual(seen)
  })

  test('of two under one name one works; the other takes over when it closes, and when it dies', async () => {
    const memory = memoryStore()
    const a = setUp({ on: memory })
    const b = setUp({ on: memory.connect(), at: a.clock, seed: 2 })
    const [byA, byB]: [unknown[], unknown[]] = [[], []]
    const first = a.keyring.follow('siem', (line) => void byA.push(nameOf(line)))
    await turns()
    const second = b.keyring.follow('siem', (line) => void byB.push(nameOf(line)))
    await turns()
    expect([first.status, second.status]).toEqual(['following', 'waiting'])
    for (const name of ['A', 'B', 'C']) {
      await a.create({ name })
      await a.clock.advanceAsync(60_000)
    }
    expect([byA, byB]).toEqual([['A', 'B', 'C'], []])
    await first.close()
    await a.create({ name: 'D' })
    await a.clock.advanceAsync(11_000)
    expect([byA, byB]).toEqual([['A', 'B', 'C'], ['D']])
    expect(second.status).toBe('following')
  })

  test('keeps its turn while a handler works for longer than the lease', async () => {
    const memory = memoryStore()
    const a = setUp({ on: memory })
    const b = setUp({ on: memory.connect(), at: a.clock, seed: 2 })
    await a.create({ name: 'A' })
    let finish = (): void => {}
    const options = { leaseMs: 3_000, handlerTimeoutMs: 600_000 }
    a.keyring.follow('siem', () => new Promise<void>((resolve) => (finish = resolve)), options)
    await turns()
    const seen: unknown[] = []
    const other = b.keyring.follow('siem', (line) => void seen.push(nameOf(line)), options)
    await a.clock.advanceAsync(60_000)
    expect([seen, other.status]).toEqual([[], 'waiting'])
    finish()
    await a.clock.advanceAsync(10_000)
    expect(seen).toEqual([])
  })

  test('reports a handler that throws, brings the line again after longer and longer pauses, and skips none', async () => {
    const faults: string[] = []
    const { keyring, create, clock } = setUp({ onError: ({ during }) => void faults.push(during) })
    for (const name of ['A', 'B', 'C']) await create({ name })
    const seen: unknown[] = []
    let failsLeft = 5
    const at: number[] = []
    const follower = keyring.follow('siem', (line) => {
      if (nameOf(line) === 'B' && failsLeft > 0) {
        failsLeft -= 1
        at.push(clock.monotonic())
        throw new Error('the SIEM is down')
      }
      seen.push(nameOf(line))
    })
    await turns()
    expect(follower.status).toBe('failing')
    for (let second = 0; second < 60; second += 1) await clock.advanceAsync(1_000)
    expect(seen).toEqual(['A', 'B', 'C'])
    expect(faults).toEqual(Array.from({ length: 5 }, () => 'follow'))
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(pauses.every((pause, index) => index === 0 || pause > (pauses[index - 1] ?? 0))).toBe(true)
    expect(pauses[0]).toBeGreaterThanOrEqual(700)
  })

  test('gives up a handler that takes too long, tells it by its signal, and brings the line again', async () => {
    const { keyring, create, clock } = setUp({ onError: () => {} })
    await create({ name: 'A' })
    const signals: AbortSignal[] = []
    const follower = keyring.follow(
      'siem',
      async (_, { signal }) => {
        signals.push(signal)
        if (signals.length === 1) await new Promise(() => {})
      },
      { handlerTimeoutMs: 5_000 },
    )
    await turns()
    await clock.advanceAsync(10_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(follower.position).toBe(1)
  })

  test('tells what was purged behind it, and goes on', async () => {
    const lost: LostLines[] = []
    const { keyring, create, clock } = setUp({ retention: { activity: '1d' } })
    await create({ name: 'A' })
    const seen: unknown[] = []
    const options = { onLost: (lines: LostLines) => void lost.push(lines) }
    const first = keyring.follow('siem', (line) => void seen.push(nameOf(line)), options)
    await turns()
    await first.close()
    for (const name of ['B', 'C']) await create({ name })
    clock.advance(2 * 86_400_000)
    await create({ name: 'D' })
    await keyring.purge()
    keyring.follow('siem', (line) => void seen.push(nameOf(line)), options)
    await turns()
    expect(seen).toEqual(['A', 'D'])
    expect(lost).toEqual([{ follower: 'siem', first: 2, last: 3, reason: 'purged' }])
  })

  test('reports what was purged where no one asked to be told, also when nothing is left', async () => {
    const faults: string[] = []
    const { keyring, create, clock } = setUp({
      retention: { activity: '1d' },
      onError: ({ error }) => void faults.push(String(error)),
    })
    for (const name of ['A', 'B']) await create({ name })
    clock.advance(2 * 86_400_000)
    await keyring.purge()
    const follower = keyring.follow('siem', () => {})
    await turns()
    expect(faults.join('\n')).toMatch(/2 lines of the activity log \(1 to 2\) were purged before the follower "siem"/)
    expect(follower.position).toBe(2)
  })

  test('calls onLost again when it throws, before it goes on', async () => {
    let calls = 0
    const { keyring, create, clock } = setUp({ retention: { activity: '1d' }, onError: () => {} })
    await create({ name: 'A' })
    clock.advance(2 * 86_400_000)
    await create({ name: 'B' })
    await keyring.purge()
    const seen: unknown[] = []
    keyring.follow('siem', (line) => void seen.push(nameOf(line)), {
      onLost() {
        calls += 1
        if (calls < 3) throw new Error('not yet')
      },
    })
    for (let second = 0; second < 10; second += 1) await clock.advanceAsync(1_000)
    expect([calls, seen]).toEqual([3, ['B']])
  })

  test('ends when its signal aborts, and with the keyring, which lets others take over at once', async () => {
    const memory = memoryStore()
    const { keyring, create } = setUp({ on: memory })
    const left = new AbortController()
    const one = keyring.follow('one', () => {}, { signal: left.signal })
    const two = keyring.follow('two', () => {})
    await create()
    await turns()
    left.abort()
    await turns()
    expect([one.status, two.status]).toEqual(['closed', 'following'])
    await keyring.close()
    expect(two.status).toBe('closed')
    expect(() => keyring.follow('three', () => {})).toThrow(ClosedError)
    const other = memory.connect === undefined ? undefined : setUp({ seed: 2 })
    await other?.keyring.close()
  })

  test('refuses what it cannot do, by name', () => {
    const { keyring } = setUp()
    expect(() => keyring.follow('with space', () => {})).toThrow(expect.objectContaining({ option: 'name' }))
    expect(() => keyring.follow('siem', undefined as never)).toThrow(expect.objectContaining({ option: 'handler' }))
    for (const [options, option] of [
      [{ from: 'end' }, 'from'],
      [{ batchSize: 101 }, 'batchSize'],
      [{ leaseMs: 10 }, 'leaseMs'],
      [{ pollMs: 1 }, 'pollMs'],
      [{ retryMs: 5_000, maxRetryMs: 1_000 }, 'maxRetryMs'],
      [{ signal: {} }, 'signal'],
    ] as const) {
      expect(() => keyring.follow('siem', () => {}, options as never)).toThrow(expect.objectContaining({ option }))
    }
    expect(() => keyring.follow('siem', () => {}, { batch: 5 } as never)).toThrow(ConfigurationError)
    const { claimFollower: _, ...small } = memoryStore()
    const without = setUp({ on: small }).keyring
    expect(() => without.follow('siem', () => {})).toThrow(NotSupportedError)
    expect(without.guarantees()).toMatchObject({ followers: false })
  })
})
