import { gate } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { fails } from '../support/observed-store.ts'
import { setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

describe('refreshing ahead', () => {
  test('a key in use is read again before its deadline, once, without anyone waiting', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(8_500)
    const held = gate()
    store.before('find', () => held.wait())
    for (let index = 0; index < 100; index += 1)
      expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(0)
    expect(store.calls.find).toBe(2)
    held.open()
    await clock.advanceAsync(0)
    await clock.advanceAsync(5_000)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
  })

  test('never serves stale while revalidating: a refresh that fails lets the entry end on time', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    await clock.advanceAsync(8_500)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(1_500)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
  })

  test('a record that vanished from the store is refused from the refresh on', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(8_500)
    store.find = async () => new Map()
    doorTo(keyring).recall('direct', token)
    await clock.advanceAsync(0)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(await keyring.verify(token)).toEqual({ ok: false, code: 'invalid_key' })
  })
})
