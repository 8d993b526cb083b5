import { gate, testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import {
  type Accepted,
  type ApiKey,
  ClosedError,
  KeyRefusedError,
  type Refused,
  UnavailableError,
  type Verification,
} from '../../src/index.ts'
import { createWatches, type WatchesParts } from '../../src/watch/watches.ts'

const owner = { type: 'user', id: 'ada' } as const
const apiKey = (id = 'k1', more: Partial<ApiKey> = {}): ApiKey => ({
  id,
  workspaceId: 'ws',
  name: 'Key',
  environment: 'ci',
  permissions: ['a:b'],
  resources: {},
  owner,
  secretVersion: 1,
  metadata: {},
  expiresAt: null,
  secretEndsAt: null,
  ...more,
})
const accepted = (key: ApiKey, endsAt: number | null = null): Verification => ({
  ok: true,
  apiKey: key,
  endsAt,
})
const revoked: Refused = { ok: false, code: 'key_revoked', keyId: 'k1' }
const down = new UnavailableError('store', 'The store failed.')

const passes = (): undefined => undefined
const needs =
  (name: string) =>
  ({ apiKey: { id, permissions } }: Accepted): Refused | undefined =>
    permissions.includes(name) ? undefined : { ok: false, code: 'insufficient_permission', keyId: id }

const turn = async (): Promise<void> => {
  for (let index = 0; index < 10; index += 1) await Promise.resolve()
}

/** Watches over answers that a test sets. */
function watching(overrides: Partial<WatchesParts> = {}) {
  const clock = testClock()
  const state = {
    answer: async (key: ApiKey): Promise<Verification> => accepted(key),
    alive: true,
    checks: 0,
  }
  const watches = createWatches({
    recheck: (key) => {
      state.checks += 1
      return state.answer(key)
    },
    alive: () => state.alive,
    clock,
    pollMs: 1_000,
    recordAgeMs: 10_000,
    leaseMs: 5_000,
    ...overrides,
  })
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await turn()
  }
  return { clock, state, watches, advance }
}

const codeOf = ({ reason }: AbortSignal): unknown => (reason instanceof KeyRefusedError ? reason.refusal.code : reason)

describe('watching a key', () => {
  test('checks it at once, since it may have been verified a while ago', async () => {
    const { state, watches } = watching()
    state.answer = async () => revoked
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    expect(signal.aborted).toBe(true)
    expect(codeOf(signal)).toBe('key_revoked')
  })

  test.each([
    ['its key', { type: 'key', id: 'k1' }],
    ['its owner', { type: 'owner', workspaceId: 'ws', owner }],
    ['its workspace', { type: 'workspace', workspaceId: 'ws' }],
  ] as const)('checks it at once when %s is announced', async (_, announcement) => {
    const { state, watches } = watching()
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    state.answer = async () => revoked
    watches.apply([announcement])
    await turn()
    expect(codeOf(signal)).toBe('key_revoked')
  })

  test('does nothing when others are announced', async () => {
    const { state, watches } = watching()
    watches.watch(apiKey(), passes, undefined)
    await turn()
    watches.apply([
      { type: 'key', id: 'k2' },
      { type: 'owner', workspaceId: 'ws2', owner },
      { type: 'owner', workspaceId: 'ws', owner: { type: 'service', id: 'ada' } },
      { type: 'workspace', workspaceId: 'k1' },
    ])
    await turn()
    expect(state.checks).toBe(1)
  })

  test('checks everything after a flush, a bounded number at a time', async () => {
    const { state, watches } = watching()
    for (let index = 0; index < 1_000; index += 1) watches.watch(apiKey(`k${index}`), passes, undefined)
    await turn()
    for (let round = 0; round < 10; round += 1) await turn()
    expect(state.checks).toBe(1_000)
    const open = gate()
    let underWay = 0
    let most = 0
    state.answer = async (key) => {
      underWay += 1
      most = Math.max(most, underWay)
      await open.wait()
      underWay -= 1
      return accepted(key)
    }
    watches.flush('gap')
    await turn()
    expect(most).toBe(256)
    open.open()
    for (let round = 0; round < 20; round += 1) await turn()
    expect(state.checks).toBe(2_000)
    expect(most).toBe(256)
  })

  test('checks it again after the record age, when nothing was announced', async () => {
    const { state, watches, advance } = watching()
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    state.answer = async () => ({ ok: false, code: 'owner_gone', keyId: 'k1' })
    for (let second = 0; second < 9; second += 1) await advance(1_000)
    expect(state.checks).toBe(1)
    await advance(1_000)
    expect(codeOf(signal)).toBe('owner_gone')
  })

  test('ends it exactly when the key does', async () => {
    const { clock, state, watches, advance } = watching()
    const end = clock.now() + 2_345
    state.answer = async (key) =>
      clock.now() >= end ? { ok: false, code: 'key_expired', keyId: key.id } : accepted(key, end)
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    await advance(1_000)
    await advance(1_000)
    await advance(344)
    expect(signal.aborted).toBe(false)
    await advance(1)
    expect(codeOf(signal)).toBe('key_expired')
  })

  test('goes by the requirement of each watch', async () => {
    const { state, watches } = watching()
    const plain = watches.watch(apiKey(), passes, undefined)
    const writing = watches.watch(apiKey(), needs('a:b'), undefined)
    await turn()
    state.answer = async (key) => accepted({ ...key, permissions: [] })
    watches.apply([{ type: 'key', id: 'k1' }])
    await turn()
    expect(codeOf(writing)).toBe('insufficient_permission')
    expect(plain.aborted).toBe(false)
  })

  test('shares one check among all watches of one secret', async () => {
    const { state, watches } = watching()
    for (let index = 0; index < 50; index += 1) watches.watch(apiKey(), passes, undefined)
    await turn()
    const before = state.checks
    watches.apply([{ type: 'key', id: 'k1' }])
    await turn()
    expect(state.checks - before).toBe(1)
  })

  test('checks again when news comes during a check', async () => {
    const { state, watches } = watching()
    const open = gate()
    state.answer = async (key) => {
      await open.wait()
      return accepted(key)
    }
    const signal = watches.watch(apiKey(), passes, undefined)
    state.answer = async () => revoked
    watches.apply([{ type: 'key', id: 'k1' }])
    open.open()
    await turn()
    await turn()
    expect(codeOf(signal)).toBe('key_revoked')
  })

  test('follows a key to its new owner', async () => {
    const { state, watches } = watching()
    const bob = { type: 'user', id: 'bob' } as const
    const signal = watches.watch(apiKey(), passes, undefined)
    state.answer = async (key) => accepted({ ...key, owner: bob })
    watches.apply([{ type: 'key', id: 'k1' }])
    await turn()
    state.answer = async () => ({ ok: false, code: 'owner_gone', keyId: 'k1' })
    watches.apply([{ type: 'owner', workspaceId: 'ws', owner: bob }])
    await turn()
    expect(codeOf(signal)).toBe('owner_gone')
  })

  test('goes on while the store fails and the lease lives, and no longer than that', async () => {
    const { state, watches, advance } = watching()
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    state.answer = () => Promise.reject(down)
    watches.apply([{ type: 'key', id: 'k1' }])
    await turn()
    for (let second = 0; second < 4; second += 1) await advance(1_000)
    expect(signal.aborted).toBe(false)
    await advance(1_000)
    expect(signal.reason).toBe(down)
  })

  test('ends when the lease is lost and the store cannot be read', async () => {
    const { state, watches, advance } = watching()
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    state.alive = false
    state.answer = () => Promise.reject(down)
    await advance(1_000)
    expect(signal.reason).toBe(down)
  })

  test('goes on when the store can be read without a lease', async () => {
    const { state, watches, advance } = watching()
    const signal = watches.watch(apiKey(), passes, undefined)
    await turn()
    state.alive = false
    await advance(1_000)
    await advance(1_000)
    expect(state.checks).toBe(3)
    expect(signal.aborted).toBe(false)
  })

  test('ends silently with the signal of the caller, and leaves nothing behind', async () => {
    const { clock, state, watches, advance } = watching()
    const closed = new AbortController()
    const signal = watches.watch(apiKey(), passes, closed.signal)
    await turn()
    expect(clock.pending()).toBe(1)
    closed.abort()
    expect(clock.pending()).toBe(0)
    state.answer = async () => revoked
    watches.apply([{ type: 'key', id: 'k1' }])
    await advance(60_000)
    expect(signal.aborted).toBe(false)
    expect(state.checks).toBe(1)
  })

  test('watches nothing for a caller that has left already', () => {
    const { clock, state, watches } = watching()
    expect(watches.watch(apiKey(), passes, AbortSignal.abort()).aborted).toBe(false)
    expect(state.checks).toBe(0)
    expect(clock.pending()).toBe(0)
  })

  test('ends every watch when it is stopped, and each that comes later', async () => {
    const { clock, watches } = watching()
    const signal = watches.watch(apiKey(), passes, undefined)
    watches.stop()
    expect(signal.reason).toBeInstanceOf(ClosedError)
    expect(watches.watch(apiKey(), passes, undefined).reason).toBeInstanceOf(ClosedError)
    expect(clock.pending()).toBe(0)
  })
})
