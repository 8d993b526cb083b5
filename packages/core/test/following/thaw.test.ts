import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

/*
 * A serverless host freezes a process between requests: no timer runs, no poll is sent, the wall clock goes on, the
 * monotonic one may or may not. Here the wall jumps and no timer runs.
 */
const tenMinutes = 600_000

function twoProcesses() {
  const shared = memoryStore()
  const clock = testClock()
  const frozen = setUp({ on: shared.connect(), at: clock })
  const other = setUp({ on: shared.connect(), at: clock, seed: 2 })
  return { frozen, other, clock }
}

describe('after a freeze', () => {
  test('nothing is accepted from memory, and the store is asked in the request itself', async () => {
    const { frozen, other, clock } = twoProcesses()
    const { key, token } = await frozen.create()
    expect(await frozen.keyring.verify(token)).toMatchObject({ ok: true })
    await other.keys.revoke(key.id)
    clock.jumpWall(tenMinutes)
    expect(doorTo(frozen.keyring).recall('direct', token)).toBeUndefined()
    expect(await frozen.keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
  })

  test('an answer of the store from before it is not believed', async () => {
    const { frozen, other, clock } = twoProcesses()
    const { key, token } = await frozen.create()
    frozen.store.after('find', async () => {
      frozen.store.after('find', undefined)
      await other.keys.revoke(key.id)
      clock.jumpWall(tenMinutes)
    })
    const verification = await frozen.keyring.verify(token).catch((error: unknown) => error)
    expect(verification).toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    expect(await frozen.keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
  })

  test('a poll from before it renews no trust', async () => {
    const { frozen, other, clock } = twoProcesses()
    const { key, token } = await frozen.create()
    expect(await frozen.keyring.verify(token)).toMatchObject({ ok: true })
    frozen.store.after('poll', async () => {
      frozen.store.after('poll', undefined)
      await other.keys.revoke(key.id)
      clock.jumpWall(tenMinutes)
    })
    await clock.advanceAsync(1_000)
    expect(doorTo(frozen.keyring).recall('direct', token)).toBeUndefined()
  })

  test('a short one costs nothing', async () => {
    const { frozen, clock } = twoProcesses()
    const { token } = await frozen.create()
    expect(await frozen.keyring.verify(token)).toMatchObject({ ok: true })
    clock.jumpWall(500)
    expect(doorTo(frozen.keyring).recall('direct', token)).toMatchObject({ ok: true })
  })
})
