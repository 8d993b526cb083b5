import { describe, expect, test } from 'vitest'
import { type Actor, type KeyManager, keyActor } from '../../src/index.ts'
import { admin, named } from '../support/actors.ts'
import { ada, type SetUp, setUp } from '../support/set-up.ts'

type Wish = Parameters<SetUp['create']>[0]

/** A keyring, and a key of ada's that acts. */
async function acting(wish: Wish = {}, more: Pick<Actor, 'can'> = {}) {
  const all = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
  const permissions = ['keys:manage', 'prompts:list', 'prompts:read'] as const
  const { key, token } = await all.create({ permissions, ...wish })
  const verification = await all.keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  const self: KeyManager = all.keyring.as(keyActor(verification.apiKey, more))
  return { ...all, key, token, apiKey: verification.apiKey, self }
}

describe('a key that acts', () => {
  test('does nothing without keys:manage, not even with every wildcard', async () => {
    const { self, key } = await acting({ permissions: ['*:*', '*:read'] })
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN' }
    const calls: Record<string, () => Promise<unknown>> = {
      create: () => self.create(named),
      list: () => self.list(),
      update: () => self.update(key.id, { name: 'x' }),
      rotate: () => self.rotate(key.id),
      revoke: () => self.disable(key.id),
      viewActivity: () => self.activity({ keyId: key.id }),
      diagnose: () => self.diagnose({ id: key.id }),
      manageServiceAccounts: () => self.serviceAccounts.list(),
    }
    for (const [action, call] of Object.entries(calls)) {
      await expect(call(), action).rejects.toMatchObject({ ...forbidden, subject: action })
    }
    for (const call of [
      () => self.get(key.id),
      () => self.enable(key.id),
      () => self.endOverlap(key.id),
      () => self.transfer(key.id, ada),
    ]) {
      await expect(call()).rejects.toMatchObject(forbidden)
    }
  })

  test('may not manage when only the key, or only its owner, holds keys:manage', async () => {
    for (const [permissions, held] of [
      [['keys:manage'], ['*:*']],
      [['prompts:read'], ['*:*', 'keys:manage']],
    ] as const) {
      const { create, keyring } = setUp({ resolveOwner: () => held })
      const verification = await keyring.verify((await create({ permissions })).token)
      if (!verification.ok) throw new Error(verification.code)
      await expect(keyring.as(keyActor(verification.apiKey)).create(named)).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_FORBIDDEN',
      })
    }
  })

  test('revokes itself, with or without keys:manage, even where it may revoke nothing', async () => {
    for (const can of [{}, { revoke: false }]) {
      const { self, key, token, keyring } = await acting({ permissions: ['prompts:read'] }, { can })
      expect(await keyring.verify(token)).toMatchObject({ ok: true })
      expect(await self.revoke(key.id, { reason: 'done' })).toMatchObject({ status: 'revoked', revokedReason: 'done' })
      expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
      expect(await self.revokeMany([key.id])).toMatchObject([{ ok: true }])
    }
  })

  test('ends itself last when it revokes itself among others, wherever it stands', async () => {
    const { self, key, create, keyring, token } = await acting()
    const others = await Promise.all(Array.from({ length: 12 }, () => create()))
    const ids = [key.id, ...others.map((other) => other.key.id)]
    const results = await self.revokeMany(ids)
    expect(results.map(({ id, ok }) => ({ id, ok }))).toEqual(ids.map((id) => ({ id, ok: true })))
    for (const each of [token, ...others.map((other) => other.token)]) {
      expect(await keyring.verify(each)).toMatchObject({ ok: false, code: 'key_revoked' })
    }
  })

  test('revokes no other key without keys:manage', async () => {
    const { self, create } = await acting({ permissions: ['prompts:read'] })
    const other = await create()
    await expect(self.revoke(other.key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
    expect(await self.revokeMany([other.key.id])).toMatchObject([
      { ok: false, error: { code: 'ERR_CLAVIGER_FORBIDDEN' } },
    ])
  })

  test('makes keys of its own owner', async () => {
    const { self, key } = await acting()
    const made = await self.create(named)
    expect(made.key).toMatchObject({ owner: ada, createdBy: { type: 'key', id: key.id } })
    const bob = { type: 'user', id: 'bob' } as const
    await expect(self.create({ ...named, owner: bob })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
  })

  test('grants what it may do itself: left out, the defaults it holds; an empty list, nothing', async () => {
    const { self } = await acting()
    expect((await self.create(named)).key.permissions).toEqual(['prompts:list', 'prompts:read'])
    expect((await self.create({ ...named, permissions: [] })).key.permissions).toEqual([])
    await expect(self.create({ ...named, permissions: null as never })).rejects.toMatchObject({ field: 'permissions' })
    await expect(self.create({ ...named, permissions: ['context:download'] })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      missing: ['context:download'],
      holder: 'actor',
    })
  })

  test('is bounded by what its owner holds now, not by what it was granted', async () => {
    let held = ['*:*', 'keys:manage']
    const { create, keyring } = setUp({ resolveOwner: () => held })
    const { token } = await create({ permissions: ['keys:manage', 'prompts:*'] })
    held = ['prompts:read', 'keys:manage']
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    const self = keyring.as(keyActor(verification.apiKey))
    await expect(self.create({ ...named, permissions: ['prompts:write'] })).rejects.toMatchObject({
      missing: ['prompts:write'],
    })
    expect((await self.create({ ...named, permissions: ['prompts:read'] })).key.permissions).toEqual(['prompts:read'])
  })

  test('makes nothing that outlives it', async () => {
    const { self, clock } = await acting({ expiresIn: '1h' })
    const end = new Date(clock.now() + 3_600_000)
    expect((await self.create(named)).key.expiresAt).toEqual(end)
    expect((await self.create({ ...named, expiresAt: end })).key.expiresAt).toEqual(end)
    expect((await self.create({ ...named, expiresIn: '30m' })).key.expiresAt).toEqual(new Date(clock.now() + 1_800_000))
    for (const wish of [{ expiresAt: null }, { expiresAt: end.getTime() + 1 }, { expiresIn: '2h' }] as const) {
      await expect(self.create({ ...named, ...wish })).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_FORBIDDEN',
        subject: 'expiresAt',
      })
    }
  })

  test('gives no one a later end than its own, itself neither', async () => {
    const { self, create, key, clock } = await acting({ expiresIn: '1h' })
    const other = await create({ permissions: ['prompts:read'], expiresIn: '30m' })
    const endless = await create({ permissions: ['prompts:read'] })
    const tooLate = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'expiresAt' }
    for (const id of [key.id, other.key.id]) {
      await expect(self.update(id, { expiresAt: null })).rejects.toMatchObject(tooLate)
      await expect(self.update(id, { expiresIn: '61m' })).rejects.toMatchObject(tooLate)
    }
    expect(await self.update(other.key.id, { expiresIn: '1h' })).toMatchObject({
      expiresAt: new Date(clock.now() + 3_600_000),
    })
    // Handing out the secret of a key that outlives it would do the same.
    await expect(self.rotate(endless.key.id)).rejects.toMatchObject(tooLate)
    await self.disable(endless.key.id)
    await expect(self.enable(endless.key.id)).rejects.toMatchObject(tooLate)
  })

  test('keeps to its own environment: sees, makes and changes no keys of another', async () => {
    const { self, create, apiKey } = await acting()
    expect(apiKey.environment).toBe('production')
    const other = await create({ environment: 'ci' })
    const twin = await create({ name: 'Twin' })
    await expect(self.create({ name: 'CI', environment: 'ci' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'environment',
    })
    for (const call of [
      () => self.get(other.key.id),
      () => self.update(other.key.id, { name: 'x' }),
      () => self.rotate(other.key.id),
      () => self.disable(other.key.id),
      () => self.revoke(other.key.id),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
    }
    expect((await self.list()).items.map(({ id }) => id).sort()).toEqual([apiKey.id, twin.key.id].sort())
    expect(await self.list({ environment: 'ci' })).toEqual({ items: [], nextCursor: null })
  })

  test('rotates itself, also when it was granted more than its owner holds now', async () => {
    let held = ['*:*', 'keys:manage']
    const { create, keyring } = setUp({ resolveOwner: () => held })
    const { key, token } = await create({ permissions: ['keys:manage', 'prompts:*'] })
    held = ['prompts:read', 'keys:manage']
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    const rotated = await keyring.as(keyActor(verification.apiKey)).rotate(key.id)
    expect(await keyring.verify(rotated.token, { permission: 'prompts:write' })).toMatchObject({
      ok: false,
      code: 'owner_lacks_permission',
    })
  })

  test('does not widen itself by moving to an owner who holds more', async () => {
    let held = ['*:*', 'keys:manage']
    const { create, keyring, keys } = setUp({ resolveOwner: () => held })
    const { key, token } = await create({ permissions: ['keys:manage', 'prompts:*'] })
    const bot = await keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*', 'keys:manage'] })
    held = ['prompts:read', 'keys:manage']
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    const self = keyring.as(keyActor(verification.apiKey, { can: { manageServiceAccounts: true } }))
    await expect(self.transfer(key.id, { type: 'service', id: bot.id })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      missing: ['prompts:*'],
    })
  })

  test('reaches others’ keys of its environment only where the host says so', async () => {
    const { self, create } = await acting({}, { can: { listAll: true } })
    const bobs = await create({ owner: { type: 'user', id: 'bob' }, permissions: ['prompts:read'] })
    const elsewhere = await create({ owner: { type: 'user', id: 'bob' }, environment: 'ci' })
    expect(await self.disable(bobs.key.id)).toMatchObject({ status: 'disabled' })
    await expect(self.get(elsewhere.key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
  })
})

describe('as, with a key', () => {
  test.each([
    ['actor.environment', { environment: 7 }],
    ['actor.expiresAt', { expiresAt: new Date(Number.NaN) }],
    ['actor.expiresAt', { expiresAt: '2030-01-01' }],
    ['owner', { owner: { type: 'key', id: 'x' } }],
    ['owner.id', { owner: { type: 'user', id: '' } }],
  ])('refuses a wrong %s: nothing is left unbounded by mistake', (field, wrong) => {
    const { keyring } = setUp()
    expect(() => keyring.as({ ...admin(), type: 'key', ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_VALIDATION', field }),
    )
  })

  test('keeps a copy: what the host changes later changes nothing', async () => {
    const { keyring, create } = setUp()
    const { key } = await create()
    const actor = { ...admin(), permissions: ['prompts:read'], can: { listAll: false } }
    const keys = keyring.as(actor)
    actor.permissions.push('*:*')
    actor.can.listAll = true
    await expect(keys.get(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
    expect(keys.grantable().grantable).toEqual(['prompts:read'])
  })
})
