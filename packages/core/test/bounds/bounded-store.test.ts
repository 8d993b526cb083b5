import { memoryStore } from '@claviger/store-memory'
import { gate, testClock, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { boundedStore } from '../../src/bounds/bounded-store.ts'
import { createManagementTurns } from '../../src/bounds/management-turns.ts'
import { systemActor } from '../../src/index.ts'
import type { Change, KeyStore } from '../../src/store/store.ts'
import { ada, setUp } from '../support/set-up.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const listOf = (workspaceId: string) => ({ workspaceId, at: 0, limit: 25 })
const changeOf = (record = testRecord(), more: Partial<Change> = {}): Change => ({
  writes: [{ type: 'key', record, expectedRevision: 0 }],
  activity: [],
  announcements: [],
  nonce: 'n',
  at: 0,
  silent: false,
  ...more,
})

/** A store whose calls wait until they are let go, and the order in which they came. */
function heldStore() {
  const held = gate()
  const page = { items: [], nextCursor: null }
  const answers = { find: new Map(), list: page, commit: { ok: true, head: null }, activity: page, services: page }
  const seen: string[] = []
  const answer = (name: string) => async (argument: object) => {
    seen.push('workspaceId' in argument ? `${name} ${String(argument.workspaceId)}` : name)
    await held.wait()
    return answers[name as keyof typeof answers]
  }
  const names = ['find', 'list', 'commit', 'usage', 'activity', 'services'] as const
  const store = Object.fromEntries(names.map((name) => [name, answer(name)])) as unknown as KeyStore
  const clock = testClock()
  const managed = boundedStore(store, clock, 1_000, createManagementTurns(clock, 1_000))
  return { clock, seen, open: () => held.open(), managed }
}

describe('what management has under way', () => {
  test('is four calls at most, besides reads of single keys, whatever is called and however often', async () => {
    const { managed, seen, open } = heldStore()
    const calls: unknown[] = Array.from({ length: 50 }, () => [
      managed.list(listOf('a')),
      managed.key('a', 'x'),
      managed.key('b', 'x'),
      managed.commit(changeOf()),
      managed.usage?.({ ...listOf('a'), from: 0, to: 1, bucket: 'day' }),
    ]).flat()
    await settle()
    expect(seen.filter((name) => name !== 'find').length).toBe(4)
    expect(seen.length).toBe(68)
    open()
    await Promise.all(calls)
    expect(seen.length).toBe(250)
  })

  test('leaves places for taking trust away and for reading one key, whatever else takes long', async () => {
    const { managed, seen, open } = heldStore()
    const calls: unknown[] = Array.from({ length: 50 }, () => managed.list(listOf('a')))
    calls.push(managed.commit(changeOf(testRecord({ revokedAt: 1 }))), managed.key('a', 'x'))
    calls.push(managed.commit(changeOf(testRecord(), { writes: [] })))
    await settle()
    expect(seen.slice(4)).toEqual(['commit', 'find', 'commit'])
    open()
    await Promise.all(calls)
  })

  test('goes in turns by workspace, and changes before what is read', async () => {
    const { managed, seen, open } = heldStore()
    const calls: unknown[] = Array.from({ length: 8 }, () => managed.list(listOf('a')))
    calls.push(managed.list(listOf('b')), managed.commit(changeOf()))
    open()
    await Promise.all(calls)
    expect(seen.slice(4)).toEqual(['commit', 'list a', 'list b', 'list a', 'list a', 'list a'])
  })

  test('that waits as long as a call may take is not sent any more, and fails as an outage', async () => {
    const { managed, clock, seen, open } = heldStore()
    const ended = Promise.allSettled(Array.from({ length: 6 }, () => managed.commit(changeOf())))
    await clock.advanceAsync(1_000)
    for (const result of await ended) {
      expect(result).toMatchObject({ reason: { code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' } })
    }
    open()
    await settle()
    expect(seen.length).toBe(4)
  })
})

describe('a bounded store', () => {
  const changeLess = { nextCursor: null }

  test('waits no longer than the limit, whatever is called, and drops what comes later', async () => {
    const clock = testClock()
    const never = async (): Promise<never> => new Promise(() => {})
    const hanging = Object.fromEntries(Object.keys(memoryStore()).map((name) => [name, never])) as unknown as KeyStore
    const store = boundedStore(hanging, clock, 1_000)
    const batch = { instanceId: 'i', sequence: 1, entries: [] }
    const calls = [
      store.find(['x']),
      store.key('a', 'x'),
      store.account('a', 'x'),
      store.list(listOf('a')),
      store.commit(changeOf()),
      store.commitLocked?.([], () => undefined, 'ordinary'),
      store.poll?.(null),
      store.addUsage?.(batch),
      store.usage?.({ ...listOf('a'), from: 0, to: 1, bucket: 'day' }),
      store.busiest?.({ ...listOf('a'), from: 0, to: 1 }),
      store.addCallers?.([]),
      store.callers?.({ workspaceId: 'a', keyId: 'x' }),
      store.activity?.(listOf('a')),
      store.accounts?.(listOf('a')),
      store.marks?.(new Map()),
      store.purge?.({}),
      store.ready(),
      store.close(),
    ]
    expect(calls).not.toContain(undefined)
    const ended = Promise.allSettled(calls.map(async (call) => call))
    await clock.advanceAsync(1_000)
    for (const result of await ended) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' },
      })
    }
    const sooner = expect(store.lasting(10).key('a', 'x')).rejects.toMatchObject({ dependency: 'store' })
    await clock.advanceAsync(10)
    await sooner
    const asked = expect(store.account('a', 'x', 'owner')).rejects.toMatchObject({ dependency: 'owner' })
    await clock.advanceAsync(1_000)
    await asked
  })

  test('closes a subscription that comes too late', async () => {
    const clock = testClock()
    const held = gate()
    let closed = 0
    const late = async () => {
      await held.wait()
      return { close: async () => void (closed += 1) }
    }
    const store = boundedStore({ ...memoryStore(), subscribe: late }, clock, 1_000)
    const given = expect(store.subscribe?.({ message() {}, down() {}, up() {} })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
    })
    await clock.advanceAsync(1_000)
    await given
    held.open()
    await settle()
    expect(closed).toBe(1)
  })

  test('has the methods that the store has, also those of a class, and makes up none', async () => {
    const { poll: _, services: __, ...rest } = memoryStore()
    const store = boundedStore(rest, testClock(), 1_000)
    expect([store.poll, store.accounts]).toEqual([undefined, undefined])
    expect(await store.account('a', 'x')).toBeUndefined()
    class Inherited {
      readonly record = testRecord()
      async find() {
        return new Map([[this.record.id, this.record]])
      }
    }
    const inherited = new Inherited()
    const found = await boundedStore(inherited as unknown as KeyStore, testClock(), 1_000).key('a', inherited.record.id)
    expect(found).toEqual(inherited.record)
  })

  test('gives no row that cannot be read, or that answers another question', async () => {
    const record = testRecord()
    const broken = { ...record, name: 7 } as unknown as typeof record
    const found = new Map([
      [record.id, broken],
      ['x', record],
    ])
    const foreign = { ...record, workspaceId: 'ws_globex' }
    const store = boundedStore(
      {
        ...memoryStore(),
        find: async () => found,
        list: async () => ({ items: [broken, foreign, record], ...changeLess }),
        commit: async () => ({ ok: false, reason: 'conflict', write: 0, current: broken }),
        services: async () => ({ items: [broken as never], ...changeLess }),
      },
      testClock(),
      1_000,
    )
    expect(await store.key(record.workspaceId, record.id)).toBe('corrupt')
    expect(await store.key(record.workspaceId, 'x')).toBe('corrupt')
    expect((await store.find([])).get('y')).toBeNull()
    expect((await store.list(listOf(record.workspaceId))).items).toEqual([record])
    expect(await store.commit(changeOf())).toMatchObject({ ok: false, current: null })
    await expect(store.account('a', 'x')).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    expect((await store.accounts?.(listOf('a')))?.items).toEqual([])
  })

  test('gives the callers of the key that was asked for, at most 50, whatever the store gives', async () => {
    const query = { workspaceId: 'ws_acme', keyId: 'x' }
    const one = { ...query, version: 1, network: '10.2.0.0/16', agent: 'node', lastUsedAt: 5 }
    const answered = async (answer: unknown): Promise<unknown> =>
      boundedStore({ ...memoryStore(), callers: async () => answer as never }, testClock(), 1_000).callers?.(query)
    // Rows of others come first, and are more than are kept.
    const foreign = Array.from({ length: 60 }, (_, version) => ({ ...one, version, lastUsedAt: 9 })).flatMap((row) => [
      { ...row, workspaceId: 'ws_globex' },
      { ...row, keyId: 'y' },
    ])
    const unreadable = [null, 7, 'row', [], { ...one, lastUsedAt: 'now' }, { ...one, agent: 'a\u0000b' }, query]
    expect(await answered([...foreign, ...unreadable, one])).toEqual([one])
    const many = Array.from({ length: 60 }, (_, version) => ({ ...one, version, lastUsedAt: version }))
    expect(await answered(many)).toEqual(many.toReversed().slice(0, 50))
    expect(await answered(undefined)).toEqual([])
    for (const answer of [7, 'rows', { length: 1 }]) {
      await expect(answered(answer)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    }
  })
})

test('keys are verified while a tenant makes keys, lists and reads usage without end on a slow store', async () => {
  const { keyring, keys, store, create } = setUp({ on: memoryStore() })
  const cold = await create()
  const held = gate()
  let underWay = 0
  let most = 0
  for (const method of ['commit', 'list', 'usage'] as const) {
    store.before(method, async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await held.wait()
      underWay -= 1
    })
  }
  const crowd = Array.from({ length: 100 }, () => [
    keys.create({ name: 'x', environment: 'ci', owner: ada }),
    keys.list(),
    keys.workspaceUsage(),
  ])
    .flat()
    .map((call) => call.catch(() => undefined))
  expect(await keyring.verify(cold.token)).toMatchObject({ ok: true })
  expect(most).toBeLessThanOrEqual(6)
  expect(await keyring.as(systemActor('ws_globex')).diagnose('acme')).toMatchObject({ ok: false })
  held.open()
  await Promise.all(crowd)
})
