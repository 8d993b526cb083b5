import { memoryStore } from '@claviger/store-memory'
import { gate, testClock, testKeyId, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import type { KeyStore } from '../../src/store/store.ts'
import { createOwnerFlags } from '../../src/writing/owner-flags.ts'
import type { Repair } from '../../src/writing/repair.ts'
import { fails } from '../support/observed-store.ts'
import { ada, setUp } from '../support/set-up.ts'

/** Members of ws_acme; taking one out of the set makes it gone. */
function setUpWithMembers(on: KeyStore = memoryStore()) {
  const members = new Set(['ada', 'bob'])
  let asked = 0
  const made = setUp({
    on,
    resolveOwner({ owner }) {
      asked += 1
      return members.has(owner.id) ? ['*:*'] : null
    },
  })
  const { store, clock, keys } = made
  return {
    ...made,
    members,
    questions: () => asked,
    goneAt: async (id: string) => (await keys.get(id)).ownerGoneAt?.getTime() ?? null,
    silentCommits: () => store.calls.commit ?? 0,
    settle: () => clock.advanceAsync(0),
  }
}

describe('a use', () => {
  test('that finds the owner gone flags the key, silently and once', async () => {
    const { create, keyring, members, clock, settle, goneAt, store, keys } = setUpWithMembers()
    const { key, token } = await create()
    members.delete('ada')
    const head = (await store.poll?.(null))?.head
    const commits = store.calls.commit ?? 0
    const learntAt = clock.now()
    for (let round = 0; round < 3; round += 1) {
      expect(await keyring.verify(token)).toMatchObject({ code: 'owner_gone' })
      await settle()
    }
    await clock.advanceAsync(20_000)
    await keyring.verify(token)
    await settle()
    expect(await goneAt(key.id)).toBe(learntAt)
    expect(store.calls.commit).toBe(commits + 1)
    expect((await store.poll?.(null))?.head).toEqual(head)
    expect((await keys.get(key.id)).revision).toBe(key.revision)
    expect((await keys.list({ attention: 'ownerGone' })).items.map(({ id }) => id)).toEqual([key.id])
  })

  test('that finds the owner back clears the flag, silently', async () => {
    const { create, keyring, members, clock, settle, goneAt } = setUpWithMembers()
    const { key, token } = await create()
    members.delete('ada')
    await keyring.verify(token)
    await settle()
    members.add('ada')
    await clock.advanceAsync(20_000)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await settle()
    expect(await goneAt(key.id)).toBeNull()
  })

  test('is not held up nor failed by a store that does not take the flag, and the next one tries again', async () => {
    const { create, keyring, members, clock, settle, goneAt, store } = setUpWithMembers()
    const { key, token } = await create()
    members.delete('ada')
    store.before('commit', fails)
    expect(await keyring.verify(token)).toMatchObject({ code: 'owner_gone' })
    await settle()
    store.before('commit', undefined)
    expect(await goneAt(key.id)).toBeNull()
    await clock.advanceAsync(20_000)
    await keyring.verify(token)
    await settle()
    expect(await goneAt(key.id)).not.toBeNull()
  })

  test('loses against a concurrent change of the key', async () => {
    const { create, keyring, keys, members, settle, goneAt, store } = setUpWithMembers()
    const { key, token } = await create()
    members.delete('ada')
    let renamed: Promise<unknown> | undefined
    store.before('commit', () => {
      store.before('commit', undefined)
      renamed = keys.update(key.id, { name: 'Renamed' })
      return renamed.then(() => {})
    })
    await keyring.verify(token)
    await settle()
    await renamed
    expect((await keys.get(key.id)).name).toBe('Renamed')
    expect(await goneAt(key.id)).toBeNull()
  })

  test('of a key that is refused for its state asks nothing and flags nothing', async () => {
    const { create, keyring, keys, members, settle, goneAt } = setUpWithMembers()
    const { key, token } = await create()
    await keys.disable(key.id)
    members.delete('ada')
    await keyring.verify(token)
    await settle()
    expect(await goneAt(key.id)).toBeNull()
  })
})

describe('ownerChanged', () => {
  test('flags every living key of an owner that is gone, and no other, asking once', async () => {
    const { create, keyring, keys, members, settle, goneAt, questions } = setUpWithMembers()
    const own = await Promise.all(Array.from({ length: 250 }, () => create()))
    const { key: bobs } = await create({ owner: { type: 'user', id: 'bob' } })
    const { key: namesake } = await create({ owner: { type: 'service', id: 'ada' } })
    const revoked = own[0]?.key.id ?? ''
    await keys.revoke(revoked)
    members.delete('ada')
    const before = questions()
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await settle()
    await settle()
    const flagged = await Promise.all(own.slice(1).map(({ key }) => goneAt(key.id)))
    expect(flagged.filter((at) => at === null)).toEqual([])
    expect(await Promise.all([bobs.id, namesake.id, revoked].map(goneAt))).toEqual([null, null, null])
    expect(questions() - before).toBe(1)
  })

  test('clears the flags of an owner that is back', async () => {
    const { create, keyring, members, settle, goneAt } = setUpWithMembers()
    const { key } = await create()
    members.delete('ada')
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await settle()
    expect(await goneAt(key.id)).not.toBeNull()
    members.add('ada')
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await settle()
    expect(await goneAt(key.id)).toBeNull()
  })

  test('is over with close', async () => {
    const { create, keyring, members, store } = setUpWithMembers()
    await create()
    members.delete('ada')
    let goOn = (): void => {}
    store.before('list', () => new Promise((resolve) => (goOn = resolve)))
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await new Promise<void>((resolve) => setImmediate(resolve))
    const commits = store.calls.commit
    const closing = keyring.close()
    goOn()
    await closing
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(store.calls.commit).toBe(commits)
  })
})

describe('two processes that get other answers about one owner', () => {
  test('write once each, not for as long as both run', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const believing = setUp({ on: shared.connect(), at: clock, resolveOwner: () => ['*:*'] })
    const doubting = setUp({ on: shared.connect(), at: clock, seed: 2, resolveOwner: () => null })
    const { token } = await believing.create()
    const commits = (): number => (believing.store.calls.commit ?? 0) + (doubting.store.calls.commit ?? 0) - 1
    for (let round = 0; round < 10; round += 1) {
      await believing.keyring.verify(token)
      await doubting.keyring.verify(token)
      await clock.advanceAsync(10_000)
    }
    expect(commits()).toBe(2)
    for (let round = 0; round < 10; round += 1) {
      await doubting.keyring.verify(token)
      await believing.keyring.verify(token)
      await clock.advanceAsync(10_000)
    }
    expect(commits()).toBe(2)
  })

  test('an owner that leaves, comes back and leaves again is told at once each time', async () => {
    const { create, keyring, members, clock, settle, goneAt } = setUpWithMembers()
    const { key, token } = await create()
    for (const there of [false, true, false, true, false]) {
      if (there) members.add('ada')
      else members.delete('ada')
      await clock.advanceAsync(10_000)
      await keyring.verify(token)
      await settle()
      expect((await goneAt(key.id)) === null).toBe(there)
    }
  })

  test('what the host announces is written whatever was written before', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const believing = setUp({ on: shared.connect(), at: clock, resolveOwner: () => ['*:*'] })
    const doubting = setUp({ on: shared.connect(), at: clock, seed: 2, resolveOwner: () => null })
    const { key, token } = await believing.create()
    for (const { keyring } of [doubting, believing, doubting]) {
      await keyring.verify(token)
      await clock.advanceAsync(10_000)
    }
    expect((await believing.keys.get(key.id)).ownerGoneAt).toBeNull()
    await doubting.keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await clock.advanceAsync(0)
    expect((await believing.keys.get(key.id)).ownerGoneAt).not.toBeNull()
  })
})

test('a workspace with more flags to note than may wait keeps none of another from being noted', async () => {
  const held = gate()
  const noted: string[] = []
  const repair: Repair = async (record) => {
    await held.wait()
    noted.push(record.workspaceId)
    return true
  }
  const unused = undefined as never
  const flags = createOwnerFlags({
    store: unused,
    repair,
    owners: unused,
    clock: testClock(),
    own: (work) => work(),
  })
  const gone = (workspaceId: string, number: number) =>
    flags.learn({ ok: false, code: 'owner_gone' }, testRecord({ workspaceId, id: testKeyId(number) }))
  for (let number = 0; number < 2_000; number += 1) gone('ws_acme', number)
  for (let number = 5_000; number < 5_010; number += 1) gone('ws_globex', number)
  held.open()
  await new Promise((resolve) => setImmediate(resolve))
  expect(noted.filter((workspaceId) => workspaceId === 'ws_globex').length).toBe(10)
  expect(noted.length).toBe(1_001)
})
