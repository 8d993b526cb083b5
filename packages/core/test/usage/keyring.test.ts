import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import type { RefusalCode } from '../../src/verification/verification.ts'
import { fails } from '../support/observed-store.ts'
import { type SetUp, setUp } from '../support/set-up.ts'
import { heardOn, stored } from '../support/usage.ts'
import { doorTo } from '../support/door.ts'

/** Another secret under the same id: well-formed, and wrong. */
const wrongSecretOf = async (id: string): Promise<string> => {
  const { formatToken } = await import('../../src/token/token.ts')
  return formatToken({ prefix: 'acme', environment: 'production', id, secret: 'x'.repeat(43) })
}

/** Long enough for every count to be stored. */
const flushed = ({ clock }: SetUp): Promise<void> => clock.advanceAsync(5_000)

describe('a direct verify', () => {
  test('counts at once, an accepted key as allowed, cold and warm', async () => {
    const made = setUp()
    const { keyring, create, store } = made
    const { token } = await create()
    for (let round = 0; round < 3; round += 1) await keyring.verify(token)
    await flushed(made)
    expect(await stored(store)).toMatchObject({ requests: 3, allowed: 3, clientErrors: 0, serverErrors: 0 })
  })

  test('counts a requirement that is not met as denied, by its code', async () => {
    const made = setUp()
    const { keyring, create, store } = made
    const { token } = await create({ permissions: ['prompts:read'] })
    await keyring.verify(token, { permission: 'prompts:write' })
    await keyring.verify(token, { workspaceId: 'ws_other' })
    await keyring.verify(token, { environment: ['ci'] })
    await flushed(made)
    expect(await stored(store)).toMatchObject({
      requests: 3,
      allowed: 0,
      denied: { 'insufficient_permission prompts:write': 1, wrong_workspace: 1, wrong_environment: 1 },
    })
  })

  test('counts a proven key in bad state as denied, cold and warm', async () => {
    const made = setUp()
    const { keyring, keys, create, store } = made
    const { key, token } = await create()
    await keys.revoke(key.id)
    for (let round = 0; round < 2; round += 1) await keyring.verify(token)
    await flushed(made)
    expect(await stored(store)).toMatchObject({ requests: 2, allowed: 0, denied: { key_revoked: 2 } })
  })

  test('counts each secret of a rotated key for itself', async () => {
    const made = setUp()
    const { keyring, keys, create, store } = made
    const { key, token } = await create()
    const rotated = await keys.rotate(key.id, { overlap: '1h' })
    await keyring.verify(token)
    for (let round = 0; round < 3; round += 1) await keyring.verify(rotated.token)
    await flushed(made)
    const points = await store.usage?.({
      workspaceId: 'ws_acme',
      from: 0,
      to: 1e14,
      keyId: key.id,
      bucket: 'total',
      groupBy: 'version',
    })
    expect(points?.map(({ version, requests }) => [version, requests])).toEqual([
      [1, 1],
      [2, 3],
    ])
  })

  test('counts nothing for what proves no secret: no usage, no last use, nothing to flush', async () => {
    const made = setUp()
    const { keyring, create, store, clock } = made
    const { key } = await create()
    const wrong = await wrongSecretOf(key.id)
    const timers = clock.pending()
    const codes: (RefusalCode | undefined)[] = []
    for (const text of [wrong, wrong, 'nonsense', undefined, await wrongSecretOf('Z'.repeat(16))]) {
      const verification = await keyring.verify(text)
      codes.push(verification.ok ? undefined : verification.code)
    }
    expect(codes).toEqual(['invalid_key', 'invalid_key', 'malformed_key', 'malformed_key', 'invalid_key'])
    expect(clock.pending()).toBe(timers)
    await flushed(made)
    expect(store.calls.addUsage).toBeUndefined()
  })

  test('counts nothing when it throws', async () => {
    const made = setUp()
    const { keyring, create, store } = made
    const { token } = await create()
    store.before('find', fails)
    await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await flushed(made)
    expect(store.calls.addUsage).toBeUndefined()
  })

  test('with a carrier counts nothing by itself, and once when its adapter says how it ended', async () => {
    const made = setUp()
    const { keyring, create, store } = made
    const { token } = await create()
    const verification = await doorTo(keyring).check('bearer', `Bearer ${token}`)
    doorTo(keyring).recordUse?.(verification, 404, undefined)
    await flushed(made)
    expect(await stored(store)).toMatchObject({ requests: 1, allowed: 1, clientErrors: 1 })
  })
})

describe('what counts', () => {
  test('is the verification of this keyring: one made by someone else counts nothing', async () => {
    const made = setUp()
    const { keyring, create, store } = made
    const { token } = await create()
    const verification = await doorTo(keyring).check('bearer', `Bearer ${token}`)
    if (!verification.ok) throw new Error('refused')
    doorTo(keyring).recordUse?.(
      { ...verification, apiKey: { ...verification.apiKey, workspaceId: 'ws_other' } },
      200,
      undefined,
    )
    doorTo(keyring).recordUse?.({ ok: false, code: 'key_revoked', keyId: verification.apiKey.id }, undefined, {
      code: 'key_revoked',
    })
    await flushed(made)
    expect(store.calls.addUsage).toBeUndefined()
  })

  test('sets the last use of the key, for denied uses too, and never back', async () => {
    const made = setUp()
    const { keyring, keys, create, clock } = made
    const { key, token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(5_000)
    const used = (await keys.get(key.id)).lastUsedAt
    await keys.disable(key.id)
    await keyring.verify(token)
    const deniedAt = clock.now()
    await clock.advanceAsync(5_000)
    clock.jumpWall(-60_000)
    await keyring.verify(token)
    await clock.advanceAsync(5_000)
    expect(used?.getTime()).toBe(deniedAt - 5_000)
    expect((await keys.get(key.id)).lastUsedAt?.getTime()).toBe(deniedAt)
  })

  test('is nothing with usage: false, and the guarantees say so', async () => {
    const made = setUp({ usage: false })
    const { keyring, create, store, clock } = made
    const { token } = await create()
    const timers = clock.pending()
    await keyring.verify(token)
    expect([doorTo(keyring).recordUse, clock.pending()]).toEqual([undefined, timers])
    await flushed(made)
    expect(store.calls.addUsage).toBeUndefined()
    expect(keyring.guarantees()).toMatchObject({ usage: false, limits: ['usage: false: use of keys is not counted.'] })
  })

  test('is nothing on a store without addUsage', async () => {
    const { addUsage: _, ...on } = memoryStore()
    const made = setUp({ on })
    const { keyring, create } = made
    const { token } = await create()
    await keyring.verify(token)
    expect(doorTo(keyring).recordUse).toBeUndefined()
    expect(keyring.guarantees().usage).toBe(false)
    await keyring.close()
  })

  test('waits for the store and troubles no verification when the store does not take it', async () => {
    const made = setUp()
    const { keyring, create, store, clock } = made
    const { token } = await create()
    store.before('addUsage', fails)
    const errors = await heardOn<{ readonly during: string }>('claviger:error', async () => {
      for (let round = 0; round < 3; round += 1) {
        expect(await keyring.verify(token)).toMatchObject({ ok: true })
        await clock.advanceAsync(5_000)
      }
    })
    expect(errors.map(({ during }) => during)).toEqual(['usage', 'usage', 'usage'])
    store.before('addUsage', undefined)
    await flushed(made)
    expect(await stored(store)).toMatchObject({ requests: 3 })
  })
})

test('close stores what is counted before it closes the store, and what comes late fails with closed', async () => {
  const { keyring, create, store } = setUp()
  const { token } = await create()
  await keyring.verify(token)
  const order: string[] = []
  store.before('addUsage', () => void order.push('addUsage'))
  store.before('close', () => void order.push('close'))
  await keyring.close()
  expect(order).toEqual(['addUsage', 'close'])
  await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CLOSED' })
})

test.each([
  ['usage', true],
  ['usage', 'off'],
  ['usage.flushMs', { flushMs: 0 }],
  ['usage.flushMs', { flushMs: 60_001 }],
  ['usage.flushMs', { flushMs: 500.5 }],
  ['usage.maxCells', { maxCells: 0 }],
  ['usage.interval', { interval: 5 }],
])('the option %s is checked: %o', (option, usage) => {
  expect(() => setUp({ usage: usage as false })).toThrow(
    expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option }),
  )
})
