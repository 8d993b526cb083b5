import { memoryStore } from '@claviger/store-memory'
import { gate, testClock, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { managedStore } from '../../src/bounds/managed-store.ts'
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
  const seen: string[] = []
  const answer = (name: string) => async (argument: object) => {
    seen.push('workspaceId' in argument ? `${name} ${String(argument.workspaceId)}` : name)
    await held.wait()
    return name
  }
  const names = ['find', 'list', 'commit', 'usage', 'activity', 'services', 'invented'] as const
  const store = Object.fromEntries(names.map((name) => [name, answer(name)])) as unknown as KeyStore
  const clock = testClock()
  return { clock, seen, open: () => held.open(), managed: managedStore(store, clock, 1_000) }
}

describe('what management has under way', () => {
  test('is four calls at most, besides reads of single keys, whatever is called and however often', async () => {
    const { managed, seen, open } = heldStore()
    const calls: unknown[] = Array.from({ length: 50 }, () => [
      managed.list(listOf('a')),
      managed.find(['x']),
      managed.findFor('a', ['x']),
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
    calls.push(managed.commit(changeOf(testRecord({ revokedAt: 1 }))), managed.findFor('a', ['x']))
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
    const calls = Array.from({ length: 6 }, () => managed.commit(changeOf()))
    const late = expect(Promise.all(calls.slice(4))).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      dependency: 'store',
    })
    await clock.advanceAsync(1_000)
    await late
    open()
    await Promise.all(calls.slice(0, 4))
    expect(seen.length).toBe(4)
  })

  test('is bound for methods that only some stores have, and none is made up', async () => {
    const { managed } = heldStore()
    expect(typeof Reflect.get(managed, 'invented')).toBe('function')
    expect(managed.poll).toBeUndefined()
    class Inherited {
      readonly answer = new Map()
      async find() {
        return this.answer
      }
    }
    const inherited = new Inherited()
    expect(await managedStore(inherited as unknown as KeyStore, testClock(), 1_000).find([])).toBe(inherited.answer)
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
    keys.usage(),
  ])
    .flat()
    .map((call) => call.catch(() => undefined))
  expect(await keyring.verify(cold.token)).toMatchObject({ ok: true })
  expect(most).toBeLessThanOrEqual(6)
  expect(await keyring.as(systemActor('ws_globex')).diagnose('acme')).toMatchObject({ ok: false })
  held.open()
  await Promise.all(crowd)
})
