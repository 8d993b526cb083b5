import { describe, expect, test } from 'vitest'
import { admin, user } from '../../support/actors.ts'
import { setUp } from '../../support/set-up.ts'

describe('disable and enable', () => {
  test('a disabled key is refused at once, and accepted again once enabled', async () => {
    const { create, keyring, keys, clock } = setUp()
    const { key, token } = await create()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    clock.advance(7)
    expect(await keys.disable(key.id, { reason: 'looks leaked' })).toMatchObject({
      status: 'disabled',
      disabledAt: new Date(clock.now()),
      revision: 2,
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_disabled' })
    expect(await keys.enable(key.id)).toMatchObject({ status: 'active', disabledAt: null, revision: 3 })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('again changes nothing: the first time stands', async () => {
    const { create, keys, clock, store } = setUp()
    const { key } = await create()
    expect(await keys.enable(key.id)).toEqual(key)
    const disabled = await keys.disable(key.id)
    clock.advance(1_000)
    const commits = store.calls.commit
    expect(await keys.disable(key.id, { reason: 'again' })).toEqual(disabled)
    expect(store.calls.commit).toBe(commits)
  })

  test('an ended key is neither disabled nor enabled', async () => {
    const { create, keys, clock } = setUp()
    const revoked = await create()
    const expired = await create({ expiresIn: '1ms' })
    await keys.disable(revoked.key.id)
    await keys.revoke(revoked.key.id)
    clock.advance(1)
    for (const [id, status] of [
      [revoked.key.id, 'revoked'],
      [expired.key.id, 'expired'],
    ] as const) {
      for (const call of [() => keys.disable(id), () => keys.enable(id)]) {
        await expect(call()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_ENDED', status })
      }
    }
  })

  test('enabling hands out what the key holds, disabling nothing', async () => {
    const { create, keyring } = setUp()
    const { key } = await create({ permissions: ['prompts:read', 'context:download'] })
    const narrow = keyring.as(user('ada'))
    expect(await narrow.disable(key.id)).toMatchObject({ status: 'disabled' })
    await expect(narrow.enable(key.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      missing: ['context:download'],
    })
    expect(await keyring.as(admin()).enable(key.id)).toMatchObject({ status: 'active' })
  })

  test('disabling needs what revoking needs, enabling what updating needs', async () => {
    const { create, keyring } = setUp()
    const { key } = await create()
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN' }
    const barred = keyring.as(user('ada', { permissions: ['*:*'], can: { revoke: false } }))
    await expect(barred.disable(key.id)).rejects.toMatchObject({ ...forbidden, subject: 'revoke' })
    const noUpdates = keyring.as(user('ada', { permissions: ['*:*'], can: { update: false } }))
    expect(await noUpdates.disable(key.id)).toMatchObject({ status: 'disabled' })
    await expect(noUpdates.enable(key.id)).rejects.toMatchObject({ ...forbidden, subject: 'update' })
    expect(await barred.enable(key.id)).toMatchObject({ status: 'active' })
  })

  test.each<[string, object]>([
    ['reason', { reason: 'x'.repeat(501) }],
    ['reason', { reason: 'a\u0000' }],
    ['reason', { reason: 7 }],
    ['until', { until: 1 }],
  ])('refuses a wrong %s', async (field, wrong) => {
    const { create, keys } = setUp()
    const { key } = await create()
    for (const call of [keys.disable, keys.revoke]) {
      await expect(call(key.id, wrong)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
    }
    expect(await keys.get(key.id)).toMatchObject({ status: 'active' })
  })
})
