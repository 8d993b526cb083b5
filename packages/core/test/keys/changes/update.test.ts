import { gate } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { admin, named, user } from '../../support/actors.ts'
import { setUp } from '../../support/set-up.ts'

describe('update', () => {
  test('changes what is given and leaves the rest, one revision on', async () => {
    const { create, keys, clock } = setUp()
    const { key } = await create({ description: 'old', metadata: { team: 'a' }, expiresIn: '1h' })
    clock.advance(1_000)
    const changed = await keys.update(key.id, { name: 'Renamed', permissions: ['prompts:write', 'context:*'] })
    expect(changed).toEqual({
      ...key,
      name: 'Renamed',
      permissions: ['context:*', 'prompts:write'],
      revision: 2,
      updatedAt: new Date(clock.now()),
    })
    expect(await keys.update(key.id, { description: null, metadata: {}, expiresAt: null })).toMatchObject({
      name: 'Renamed',
      description: null,
      metadata: {},
      expiresAt: null,
      revision: 3,
    })
    expect(await keys.get(key.id)).toMatchObject({ name: 'Renamed', description: null, revision: 3 })
  })

  test('fewer grants bind at once in this process, more as well', async () => {
    const { create, keyring, keys } = setUp()
    const { key, token } = await create({ permissions: ['prompts:read'] })
    const may = async (permission: 'prompts:read' | 'prompts:write'): Promise<boolean> =>
      (await keyring.verify(token, { permission })).ok
    expect([await may('prompts:read'), await may('prompts:write')]).toEqual([true, false])
    await keys.update(key.id, { permissions: ['prompts:write'] })
    expect([await may('prompts:read'), await may('prompts:write')]).toEqual([false, true])
  })

  test('an earlier end binds to the millisecond, whatever is cached', async () => {
    const { create, keyring, keys, clock } = setUp()
    const { key, token } = await create()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await keys.update(key.id, { expiresIn: '100ms' })
    clock.advance(99)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    clock.advance(1)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_expired' })
  })

  test.each<[string, unknown]>([
    ['workspaceId', { workspaceId: 'ws_globex' }],
    ['environment', { environment: 'ci' }],
    ['owner', { owner: { type: 'user', id: 'eve' } }],
    ['ownerId', { ownerId: 'eve' }],
    ['id', { id: '0000000000000000' }],
    ['secrets', { secrets: [] }],
    ['revision', { revision: 1 }],
    ['revokedAt', { revokedAt: null }],
    ['disabledAt', { disabledAt: null }],
    ['lastUsedAt', { lastUsedAt: 0 }],
    ['createdAt', { createdAt: 0 }],
    ['name', { name: '' }],
    ['name', { name: null }],
    ['name', { name: 'a\u0000' }],
    ['description', { description: 7 }],
    ['permissions', { permissions: '*:*' }],
    ['permissions', { permissions: null }],
    ['permissions', { permissions: {} }],
    ['permissions[0]', { permissions: [['prompts:read']] }],
    ['permissions[0]', { permissions: ['prompts:raed'] }],
    ['metadata', { metadata: null }],
    ['metadata.a', { metadata: { a: {} } }],
    ['input', null],
    ['input', []],
    ['input', 'name=x'],
  ])('refuses a wrong %s and changes nothing', async (field, wrong) => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    const commits = store.calls.commit
    await expect(keys.update(key.id, wrong as never)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
    expect(store.calls.commit).toBe(commits)
  })

  test('adds nothing the actor does not hold; what the key held already may stay', async () => {
    const { create, keyring, store } = setUp()
    const { key } = await create({ permissions: ['prompts:*', 'context:download'] })
    const keys = keyring.as(user('ada', { permissions: ['prompts:read'] }))
    const commits = store.calls.commit
    for (const permissions of [['*:*'], ['prompts:*', 'context:*'], ['*:read']]) {
      await expect(keys.update(key.id, { permissions })).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_PERMISSION_CEILING',
        holder: 'actor',
        missing: permissions.filter((grant) => grant !== 'prompts:*'),
      })
    }
    expect(store.calls.commit).toBe(commits)
    expect(await keys.update(key.id, { permissions: ['prompts:write'] })).toMatchObject({
      permissions: ['prompts:write'],
    })
    await expect(keys.update(key.id, { permissions: ['prompts:*'] })).rejects.toMatchObject({ missing: ['prompts:*'] })
    expect(await keys.update(key.id, { permissions: [] })).toMatchObject({ permissions: [] })
  })

  test('a later end hands out everything the key holds; an earlier one nothing', async () => {
    const { create, keyring } = setUp()
    const { key } = await create({ permissions: ['prompts:*', 'context:download'], expiresIn: '2h' })
    const keys = keyring.as(user('ada', { permissions: ['prompts:*'] }))
    const refused = { code: 'ERR_CLAVIGER_PERMISSION_CEILING', missing: ['context:download'] }
    await expect(keys.update(key.id, { expiresAt: null })).rejects.toMatchObject(refused)
    await expect(keys.update(key.id, { expiresIn: '3h' })).rejects.toMatchObject(refused)
    expect(await keys.update(key.id, { expiresIn: '1h' })).toMatchObject({ revision: 2 })
    await expect(keys.update(key.id, { expiresIn: '2h' })).rejects.toMatchObject(refused)
    // Narrowed in the same call, it hands out only what is left.
    expect(await keys.update(key.id, { expiresAt: null, permissions: ['prompts:*'] })).toMatchObject({
      expiresAt: null,
      permissions: ['prompts:*'],
    })
  })

  test('where nothing changes, nothing is written, logged or told', async () => {
    const told: unknown[] = []
    const { create, keys, store } = setUp({ onEvent: (event) => void told.push(event) })
    const { key } = await create({ permissions: ['prompts:read', 'prompts:list'], metadata: { team: 'a' } })
    const commits = store.calls.commit
    for (const same of [
      {},
      { name: 'Production', permissions: ['prompts:list', 'prompts:read', 'prompts:list'] },
      { metadata: { team: 'a' }, description: null, expiresAt: null },
      { name: undefined },
    ]) {
      expect(await keys.update(key.id, same as never)).toEqual(key)
    }
    expect(store.calls.commit).toBe(commits)
    expect(told.length).toBe(1)
  })

  test('an ended key is changed no more', async () => {
    const { create, keys, clock } = setUp()
    const revoked = await create()
    const expired = await create({ expiresIn: '1ms' })
    await keys.revoke(revoked.key.id)
    clock.advance(1)
    for (const [{ key }, status] of [
      [revoked, 'revoked'],
      [expired, 'expired'],
    ] as const) {
      await expect(keys.update(key.id, { name: 'x' })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_ENDED', status })
      await expect(keys.update(key.id, { expiresAt: null })).rejects.toMatchObject({ status })
    }
  })

  test('a disabled key may be changed, and stays disabled', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    await keys.disable(key.id)
    expect(await keys.update(key.id, { name: 'Renamed' })).toMatchObject({ name: 'Renamed', status: 'disabled' })
  })

  test('an actor that may not update is refused, before anything is read', async () => {
    const { create, keyring, store } = setUp()
    const { key } = await create()
    const finds = store.calls.find
    await expect(keyring.as(admin({ can: { update: false } })).update(key.id, { name: 'x' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'update',
    })
    expect(store.calls.find).toBe(finds)
  })

  describe('with a revision', () => {
    test('changes the key only while it is the one the caller has seen', async () => {
      const { create, keys } = setUp()
      const { key } = await create()
      await keys.update(key.id, { name: 'Second' }, { revision: 1 })
      const late = keys.update(key.id, { name: 'Third' }, { revision: 1 })
      await expect(late).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT', message: expect.stringContaining('2') })
      expect(await keys.get(key.id)).toMatchObject({ name: 'Second', revision: 2 })
    })

    test('loses to a writer between its read and its write', async () => {
      const { create, keys, store } = setUp()
      const { key } = await create()
      const bothHaveRead = gate(2)
      store.after('find', () => bothHaveRead.wait())
      const results = await Promise.allSettled([
        keys.update(key.id, { name: 'A' }, { revision: 1 }),
        keys.update(key.id, { name: 'B' }, { revision: 1 }),
      ])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'ERR_CLAVIGER_CONFLICT' },
      })
    })

    test.each([0, -1, 1.5, '1', null, Number.NaN])('refuses the revision %j', async (revision) => {
      const { create, keys } = setUp()
      const { key } = await create()
      await expect(keys.update(key.id, { name: 'x' }, { revision } as never)).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_VALIDATION',
        field: 'revision',
      })
    })

    test('refuses options it does not know', async () => {
      const { create, keys } = setUp()
      const { key } = await create()
      await expect(keys.update(key.id, { name: 'x' }, { version: 1 } as never)).rejects.toMatchObject({
        field: 'version',
      })
    })
  })

  test('without one, two changes of different fields both hold, in any order', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    const bothHaveRead = gate(2)
    store.after('find', () => bothHaveRead.wait())
    await Promise.all([keys.update(key.id, { name: 'Renamed' }), keys.update(key.id, { description: 'described' })])
    expect(await keys.get(key.id)).toMatchObject({ name: 'Renamed', description: 'described', revision: 3 })
  })

  test('gives up when others are first every time, and says so', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    store.commit = async () => ({ ok: false, reason: 'conflict', write: 0, current: null })
    await expect(keys.update(key.id, { name: 'x' })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT' })
  })

  test('a key of a service account is given no more than the account holds', async () => {
    const { keyring } = setUp()
    const keys = keyring.as(admin())
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:read', 'prompts:list'] })
    const owner = { type: 'service', id: account.id } as const
    const { key } = await keys.create({ ...named, owner, permissions: ['prompts:read'] })
    await expect(keys.update(key.id, { permissions: ['prompts:*'] })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      holder: 'owner',
      missing: ['prompts:*'],
    })
    expect((await keys.update(key.id, { permissions: ['prompts:list'] })).permissions).toEqual(['prompts:list'])
  })
})
