import { describe, expect, test } from 'vitest'
import { admin, user } from '../../support/actors.ts'
import { ada, setUp } from '../../support/set-up.ts'

const day = 86_400_000

describe('rotate', () => {
  test('both tokens work for the overlap, 24 hours unless told otherwise; id and grants stay', async () => {
    const { create, keyring, keys, clock } = setUp()
    const made = await create({ permissions: ['prompts:read'], description: 'd', metadata: { team: 'a' } })
    clock.advance(5)
    const { key, token } = await keys.rotate(made.key.id)
    const overlapEnd = new Date(clock.now() + day)
    expect(token).toMatch(/^acme_production_[0-9A-Za-z]{65}$/)
    expect(token.slice(16, 32)).toBe(made.key.id)
    expect(token).not.toBe(made.token)
    expect(key).toEqual({
      ...made.key,
      revision: 2,
      status: 'rotating',
      hint: `acme_production_${key.id.slice(0, 4)}…${token.slice(-4)}`,
      secrets: [
        { version: 2, hint: key.hint, createdAt: new Date(clock.now()), endsAt: null, imported: false },
        { version: 1, hint: made.key.hint, createdAt: made.key.createdAt, endsAt: overlapEnd, imported: false },
      ],
      updatedAt: new Date(clock.now()),
      rotationDueAt: new Date(clock.now() + 90 * day),
    })
    for (const [each, secretVersion] of [
      [made.token, 1],
      [token, 2],
    ] as const) {
      expect(await keyring.verify(each, { permission: 'prompts:read' })).toMatchObject({
        ok: true,
        apiKey: { id: key.id, workspaceId: 'ws_acme', owner: ada, secretVersion },
      })
    }
  })

  test('the old token is refused from the very end of the overlap on, whatever is cached', async () => {
    const { create, keyring, keys, clock } = setUp()
    const made = await create()
    const { token } = await keys.rotate(made.key.id, { overlap: '5s' })
    expect(await keyring.verify(made.token)).toMatchObject({ ok: true, endsAt: clock.now() + 5_000 })
    clock.advance(4_999)
    expect(await keyring.verify(made.token)).toMatchObject({ ok: true })
    clock.advance(1)
    expect(await keyring.verify(made.token)).toMatchObject({ ok: false, code: 'key_rotated', keyId: made.key.id })
    expect(await keyring.verify(token)).toMatchObject({ ok: true, endsAt: null })
    expect(await keys.get(made.key.id)).toMatchObject({ status: 'active' })
  })

  test('the overlap ends no later than the key', async () => {
    const { create, keyring, keys, clock } = setUp()
    const expiresAt = new Date(clock.now() + 1_000)
    const made = await create({ expiresAt })
    const { key, token } = await keys.rotate(made.key.id, { overlap: '24h' })
    expect(key.secrets[1]?.endsAt).toEqual(expiresAt)
    expect(key.expiresAt).toEqual(expiresAt)
    clock.advance(1_000)
    for (const each of [made.token, token]) {
      expect(await keyring.verify(each)).toMatchObject({ ok: false, code: 'key_expired' })
    }
  })

  test('it says until when the previous token works', async () => {
    const { clock, create, keys } = setUp()
    const made = await create({ expiresIn: '2h' })
    expect(await keys.rotate(made.key.id, { overlap: '1h' })).toMatchObject({
      overlapEndsAt: new Date(clock.now() + 3_600_000),
    })
    expect((await keys.rotate(made.key.id, { overlap: 0 })).overlapEndsAt).toBeNull()
    // No longer than the key itself.
    expect((await keys.rotate(made.key.id, { overlap: '1d' })).overlapEndsAt).toEqual(made.key.expiresAt)
  })

  test.each([0, '0ms', '0h'] as const)('with overlap %j the old token is refused at once', async (overlap) => {
    const { create, keyring, keys } = setUp()
    const made = await create()
    expect(await keyring.verify(made.token)).toMatchObject({ ok: true })
    const { key, token } = await keys.rotate(made.key.id, { overlap })
    expect(key.status).toBe('active')
    expect(await keyring.verify(made.token)).toMatchObject({ ok: false, code: 'key_rotated' })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test.each([
    -1,
    1e12,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    0.5,
    null,
    '-1h',
    '1.5h',
    '24 hours',
    '',
    '8d',
    7 * day + 1,
    24,
    999,
  ])('refuses the overlap %j and changes nothing', async (overlap) => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    const commits = store.calls.commit
    await expect(keys.rotate(key.id, { overlap } as never)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
      field: 'overlap',
    })
    expect(store.calls.commit).toBe(commits)
    expect((await keys.rotate(key.id, { overlap: '7d' })).key.status).toBe('rotating')
  })

  test('the longest overlap is the host’s to say, and bounds the default too', async () => {
    const { create, keys, clock } = setUp({ policy: { maxOverlap: '1h' } })
    const { key } = await create()
    await expect(keys.rotate(key.id, { overlap: '2h' })).rejects.toMatchObject({
      field: 'overlap',
      policy: 'maxOverlap',
    })
    const rotated = await keys.rotate(key.id)
    expect(rotated.key.secrets[1]?.endsAt).toEqual(new Date(clock.now() + 3_600_000))
    const none = setUp({ policy: { maxOverlap: 0 } })
    const made = await none.create()
    expect((await none.keys.rotate(made.key.id)).key.status).toBe('active')
  })

  test('refuses options it does not know', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    await expect(keys.rotate(key.id, { overlapMs: 1 } as never)).rejects.toMatchObject({ field: 'overlapMs' })
    await expect(keys.rotate(key.id, 5 as never)).rejects.toMatchObject({ field: 'input' })
  })

  test('a revoked or expired key is not rotated, and nothing is made', async () => {
    const { create, keys, clock, store } = setUp()
    const revoked = await create()
    const expired = await create({ expiresIn: '1ms' })
    await keys.revoke(revoked.key.id)
    clock.advance(1)
    const commits = store.calls.commit
    for (const overlap of [0, '1h'] as const) {
      await expect(keys.rotate(revoked.key.id, { overlap })).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_KEY_ENDED',
        status: 'revoked',
      })
      await expect(keys.rotate(expired.key.id, { overlap })).rejects.toMatchObject({ status: 'expired' })
    }
    expect(store.calls.commit).toBe(commits)
  })

  test('a disabled key may be rotated; neither token works until it is enabled', async () => {
    const { create, keyring, keys } = setUp()
    const made = await create()
    await keys.disable(made.key.id)
    const { token } = await keys.rotate(made.key.id)
    for (const each of [made.token, token]) {
      expect(await keyring.verify(each)).toMatchObject({ ok: false, code: 'key_disabled' })
    }
    await keys.enable(made.key.id)
    for (const each of [made.token, token]) expect(await keyring.verify(each)).toMatchObject({ ok: true })
  })

  test('during an overlap only overlap 0 rotates, and it ends both older tokens', async () => {
    const { create, keyring, keys, clock } = setUp()
    const first = await create()
    const second = await keys.rotate(first.key.id, { overlap: '1h' })
    await expect(keys.rotate(first.key.id, { overlap: '1ms' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_ROTATION_IN_PROGRESS',
      overlapEndsAt: new Date(clock.now() + 3_600_000),
    })
    const third = await keys.rotate(first.key.id, { overlap: 0 })
    expect(third.key.secrets.map(({ version }) => version)).toEqual([3, 2])
    expect(await keyring.verify(first.token)).toMatchObject({ ok: false, code: 'invalid_key' })
    expect(await keyring.verify(second.token)).toMatchObject({ ok: false, code: 'key_rotated' })
    expect(await keyring.verify(third.token)).toMatchObject({ ok: true })
  })

  test('once an overlap is over, the next may begin', async () => {
    const { create, keys, clock } = setUp()
    const { key } = await create()
    await keys.rotate(key.id, { overlap: '10ms' })
    clock.advance(9)
    await expect(keys.rotate(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_ROTATION_IN_PROGRESS' })
    clock.advance(1)
    expect((await keys.rotate(key.id)).key.secrets.map(({ version }) => version)).toEqual([3, 2])
  })

  test('after revoking, no secret of the key works', async () => {
    const { create, keyring, keys } = setUp()
    const made = await create()
    const { token } = await keys.rotate(made.key.id)
    for (const each of [made.token, token]) expect(await keyring.verify(each)).toMatchObject({ ok: true })
    await keys.revoke(made.key.id)
    for (const each of [made.token, token]) {
      expect(await keyring.verify(each)).toMatchObject({ ok: false, code: 'key_revoked' })
    }
  })

  test('only the owner rotates a personal key: rotating returns the token', async () => {
    const { create, keyring, store } = setUp()
    const { key } = await create()
    const commits = store.calls.commit
    await expect(keyring.as(admin()).rotate(key.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'rotate',
    })
    expect(store.calls.commit).toBe(commits)
    const own = keyring.as(user('ada', { permissions: ['*:*'] }))
    expect(await own.rotate(key.id)).toMatchObject({ token: expect.any(String) })
  })

  test('a service account’s key is rotated by an actor that manages service accounts, or by the account itself', async () => {
    const { create, keyring } = setUp()
    const bot = { type: 'service', id: 'bot' } as const
    const { key } = await create({ owner: bot })
    const onlySees = keyring.as(admin({ can: { listAll: true } }))
    await expect(onlySees.rotate(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
    const manager = keyring.as(user('ada', { permissions: ['*:*'], can: { manageServiceAccounts: true } }))
    expect(await manager.rotate(key.id, { overlap: 0 })).toMatchObject({ key: { id: key.id } })
    const itself = keyring.as({ ...bot, workspaceId: 'ws_acme', permissions: ['*:*'] })
    expect(await itself.rotate(key.id)).toMatchObject({ key: { id: key.id } })
  })

  test('a token is returned only to an actor that holds what the key was granted', async () => {
    const { create, keyring, store } = setUp()
    const { key } = await create({ permissions: ['prompts:*', 'context:download'] })
    const keys = keyring.as(user('ada'))
    const commits = store.calls.commit
    await expect(keys.rotate(key.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      missing: ['context:download'],
    })
    expect(store.calls.commit).toBe(commits)
    await keys.update(key.id, { permissions: ['prompts:read'] })
    expect(await keys.rotate(key.id)).toMatchObject({ key: { permissions: ['prompts:read'] } })
  })

  test('an actor that may not rotate is refused', async () => {
    const { create, keyring } = setUp()
    const { key } = await create()
    const keys = keyring.as(admin({ can: { rotate: false } }))
    for (const call of [() => keys.rotate(key.id), () => keys.endOverlap(key.id)]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'rotate' })
    }
  })

  test('a rotation that lost to another change tries again with the token it made', async () => {
    const { create, keyring, keys, store } = setUp()
    const made = await create()
    let overtaken = false
    store.before('commit', async () => {
      if (overtaken) return
      overtaken = true
      await keys.update(made.key.id, { name: 'Renamed' })
    })
    const { key, token } = await keys.rotate(made.key.id)
    expect(key).toMatchObject({ name: 'Renamed', revision: 3 })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('a rotation that lost to another rotation gives no token', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    let overtaken = false
    store.before('commit', async () => {
      if (overtaken) return
      overtaken = true
      await keys.rotate(key.id, { overlap: 0 })
    })
    await expect(keys.rotate(key.id, { overlap: 0 })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT' })
    expect((await keys.get(key.id)).secrets.map(({ version }) => version)).toEqual([2, 1])
  })
})

describe('endOverlap', () => {
  test('the previous token stops at once, the current one works on', async () => {
    const { create, keyring, keys, clock } = setUp()
    const made = await create()
    const { token } = await keys.rotate(made.key.id)
    expect(await keyring.verify(made.token)).toMatchObject({ ok: true })
    expect(await keys.endOverlap(made.key.id)).toMatchObject({
      status: 'active',
      revision: 3,
      secrets: [{ endsAt: null }, { endsAt: new Date(clock.now()) }],
    })
    expect(await keyring.verify(made.token)).toMatchObject({ ok: false, code: 'key_rotated' })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('without an overlap, or after its end, changes nothing', async () => {
    const { create, keys, store, clock } = setUp()
    const { key } = await create()
    expect(await keys.endOverlap(key.id)).toEqual(key)
    await keys.rotate(key.id, { overlap: '10ms' })
    clock.advance(10)
    const commits = store.calls.commit
    expect(await keys.endOverlap(key.id)).toMatchObject({ revision: 2 })
    expect(store.calls.commit).toBe(commits)
  })

  test('an ended key has no overlap to end', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    await keys.rotate(key.id)
    await keys.revoke(key.id)
    await expect(keys.endOverlap(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_ENDED', status: 'revoked' })
  })

  test('grants nothing: an actor that may see the key may end it, with any permissions', async () => {
    const { create, keyring, keys } = setUp()
    const { key } = await create()
    await keys.rotate(key.id)
    expect(await keyring.as(admin({ permissions: [] })).endOverlap(key.id)).toMatchObject({ status: 'active' })
  })
})
