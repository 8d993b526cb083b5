import { describe, expect, test } from 'vitest'
import type { Owner } from '../../../src/store/records.ts'
import { admin, user } from '../../support/actors.ts'
import { ada, setUp } from '../../support/set-up.ts'

const bob = { type: 'user', id: 'bob' } as const

/** A keyring whose host knows ada and bob, and one service account. */
async function withAccount(permissions: readonly string[] = ['prompts:*']) {
  const held: Record<string, readonly string[] | null> = { ada: ['*:*'], bob: ['prompts:read'] }
  const all = setUp({ resolveOwner: ({ owner }) => held[owner.id] ?? null })
  const account = await all.keys.serviceAccounts.create({ name: 'bot', permissions })
  const bot: Owner = { type: 'service', id: account.id }
  return { ...all, held, account, bot }
}

describe('transfer', () => {
  test('the new owner’s permissions bind at once, and the old owner’s no more', async () => {
    const { create, keyring, keys, held, bot } = await withAccount(['prompts:read'])
    const { key, token } = await create({ permissions: ['prompts:read'] })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(await keys.transfer(key.id, bot)).toMatchObject({ owner: bot, revision: 2, createdBy: key.createdBy })
    held.ada = null
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({
      ok: true,
      apiKey: { owner: bot },
    })
    const wide = await create({ owner: bob, permissions: ['prompts:write'] })
    expect(await keyring.verify(wide.token, { permission: 'prompts:write' })).toMatchObject({
      code: 'owner_lacks_permission',
    })
  })

  test('rescues the key of an owner who is gone', async () => {
    const { create, keyring, keys, held, bot } = await withAccount()
    const { key, token } = await create({ permissions: ['prompts:read'] })
    held.ada = null
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'owner_gone' })
    await keys.transfer(key.id, bot)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('to the actor itself or to a managed service account, to no one else', async () => {
    const { create, keyring, bot } = await withAccount()
    const { key } = await create({ owner: bob, permissions: ['prompts:read'] })
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'transfer' }
    const sees = keyring.as(user('root', { permissions: ['*:*'], can: { listAll: true } }))
    await expect(sees.transfer(key.id, ada)).rejects.toMatchObject(forbidden)
    await expect(sees.transfer(key.id, bot)).rejects.toMatchObject(forbidden)
    expect(await sees.transfer(key.id, { type: 'user', id: 'root' })).toMatchObject({ owner: { id: 'root' } })
    const manages = keyring.as(admin())
    expect(await manages.transfer(key.id, bot)).toMatchObject({ owner: bot })
    await expect(manages.transfer(key.id, ada)).rejects.toMatchObject(forbidden)
  })

  test('the system gives a key to any owner', async () => {
    const { create, keys, bot } = await withAccount()
    const { key } = await create({ permissions: ['prompts:read'] })
    for (const owner of [bob, bot, ada]) expect(await keys.transfer(key.id, owner)).toMatchObject({ owner })
  })

  test('the actor must hold everything the key was granted', async () => {
    const { create, keyring, store, bot } = await withAccount(['*:*'])
    const { key } = await create({ permissions: ['prompts:read', 'context:download'] })
    const commits = store.calls.commit
    const keys = keyring.as(user('ada', { can: { manageServiceAccounts: true } }))
    await expect(keys.transfer(key.id, bot)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      holder: 'actor',
      missing: ['context:download'],
    })
    expect(store.calls.commit).toBe(commits)
  })

  test('the service account must hold it too', async () => {
    const { create, keys, store, bot } = await withAccount(['prompts:read'])
    const { key } = await create({ permissions: ['prompts:*', 'prompts:read'] })
    const commits = store.calls.commit
    await expect(keys.transfer(key.id, bot)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      holder: 'owner',
      missing: ['prompts:*'],
    })
    expect(store.calls.commit).toBe(commits)
  })

  test('a service account of the host’s own counts as what the host says of it', async () => {
    const { create, keys, held } = await withAccount()
    const { key } = await create({ permissions: ['prompts:write'] })
    const robot = { type: 'service', id: 'robot' } as const
    await expect(keys.transfer(key.id, robot)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'owner',
    })
    held.robot = ['prompts:read']
    await expect(keys.transfer(key.id, robot)).rejects.toMatchObject({ holder: 'owner', missing: ['prompts:write'] })
    held.robot = ['prompts:*']
    expect(await keys.transfer(key.id, robot)).toMatchObject({ owner: robot })
  })

  test('not to a service account that was deleted', async () => {
    const { create, keys, account, bot } = await withAccount()
    const { key } = await create({ permissions: ['prompts:read'] })
    await keys.serviceAccounts.delete(account.id)
    await expect(keys.transfer(key.id, bot)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'owner' })
  })

  test('to the owner it has changes nothing', async () => {
    const { create, keys, store } = await withAccount()
    const { key } = await create()
    const commits = store.calls.commit
    expect(await keys.transfer(key.id, { ...ada })).toEqual(key)
    expect(store.calls.commit).toBe(commits)
  })

  test('an ended key is not transferred', async () => {
    const { create, keys, bot } = await withAccount()
    const { key } = await create()
    await keys.revoke(key.id)
    await expect(keys.transfer(key.id, bot)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_ENDED' })
  })

  test('an actor that may not update is refused', async () => {
    const { create, keyring, bot } = await withAccount()
    const { key } = await create()
    const keys = keyring.as(admin({ can: { listAll: true, manageServiceAccounts: true, update: false } }))
    await expect(keys.transfer(key.id, bot)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'update',
    })
  })

  test.each<[string, unknown]>([
    ['owner', undefined],
    ['owner', 'ada'],
    ['owner', { type: 'key', id: 'x' }],
    ['owner', [{ type: 'user', id: 'x' }]],
    ['owner.id', { type: 'user', id: '' }],
    ['owner.id', { type: 'service', id: 'a\u0000' }],
    ['owner.id', { type: 'service', id: 'x'.repeat(256) }],
  ])('refuses a wrong %s', async (field, owner) => {
    const { create, keys } = setUp()
    const { key } = await create()
    await expect(keys.transfer(key.id, owner as Owner)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
      field,
    })
  })
})
