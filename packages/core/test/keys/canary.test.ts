import { inspect } from 'node:util'
import { memoryStore } from '@claviger/store-memory'
import { expect, test } from 'vitest'
import { named } from '../support/actors.ts'
import { fails, never } from '../support/observed-store.ts'
import { ada, pepper, setUp } from '../support/set-up.ts'

test('a token put where it does not belong is in no error, whichever call it was', async () => {
  const { create, keys } = setUp()
  const { key, token } = await create()
  const { serviceAccounts } = keys
  const account = await serviceAccounts.create({ name: 'bot', permissions: [] })
  const wrong = token as never
  const calls: (() => Promise<unknown>)[] = [
    () => keys.create(wrong),
    () => keys.create({ [token]: 1 } as never),
    () => keys.create({ ...named, environment: token }),
    () => keys.create({ ...named, owner: wrong }),
    () => keys.create({ ...named, owner: { type: wrong, id: 'x' } }),
    () => keys.create({ ...named, owner: ada, permissions: [token] }),
    () => keys.create({ ...named, owner: ada, permissions: wrong }),
    () => keys.create({ ...named, owner: ada, expiresAt: token }),
    () => keys.create({ ...named, owner: ada, expiresIn: wrong }),
    () => keys.create({ ...named, owner: ada, metadata: wrong }),
    () => keys.create({ ...named, owner: ada, metadata: { [token]: 1 as never } }),
    () => keys.create({ ...named, owner: ada }, wrong),
    () => keys.get(token),
    () => keys.list({ [token]: '' }),
    () => keys.list({ status: wrong }),
    () => keys.list({ environment: token }),
    () => keys.list({ attention: wrong }),
    () => keys.list({ cursor: token }),
    () => keys.list({ limit: wrong }),
    () => keys.update(token, {}),
    () => keys.update(key.id, { [token]: '' }),
    () => keys.update(key.id, { permissions: [token] }),
    () => keys.update(key.id, {}, { revision: wrong }),
    () => keys.rotate(token),
    () => keys.rotate(key.id, { overlap: wrong }),
    () => keys.endOverlap(token),
    () => keys.disable(token),
    () => keys.disable(key.id, { [token]: '' }),
    () => keys.enable(token),
    () => keys.revoke(token),
    () => keys.revokeMany(wrong),
    () => keys.transfer(token, ada),
    () => keys.transfer(key.id, wrong),
    () => keys.activity({ [token]: '' }),
    () => keys.activity({ from: token }),
    () => keys.activity({ actor: wrong }),
    () => keys.activity({ cursor: token }),
    () => keys.diagnose({ [token]: '' } as never),
    () => keys.diagnose(token, { permission: wrong }),
    () => keys.diagnose(token, { environment: token }),
    () => keys.diagnose(token, { [token]: '' }),
    () => serviceAccounts.create({ name: 'x', permissions: [token] }),
    () => serviceAccounts.get(token),
    () => serviceAccounts.list({ [token]: '' }),
    () => serviceAccounts.list({ cursor: token }),
    () => serviceAccounts.update(token, {}),
    () => serviceAccounts.update(account.id, { [token]: '' }),
    () => serviceAccounts.delete(token),
  ]
  for (const call of calls) {
    const failure = await call().then(
      () => expect.unreachable(call.toString()),
      (error: unknown) => error,
    )
    const text = inspect(failure, { depth: null, showHidden: true })
    for (const part of [token, token.slice(-49, -6), token.slice(32, 48)])
      expect(text, call.toString()).not.toContain(part)
  }
})

test('neither is it in what is thrown when the store fails or never answers', async () => {
  for (const hook of [fails, never]) {
    const { create, keys, keyring, store, clock } = setUp()
    const { key, token } = await create()
    const record = (await store.find([key.id])).get(key.id)
    if (record === undefined || record === 'corrupt') throw new Error('Expected a stored key.')
    for (const method of ['find', 'list', 'commit', 'activity', 'services'] as const) store.before(method, hook)
    const calls = [
      create(),
      keys.list(),
      keys.update(key.id, { name: 'x' }),
      keys.rotate(key.id),
      keys.revoke(key.id),
      keys.activity(),
      keys.diagnose(token),
      keys.serviceAccounts.list(),
      keyring.verify(token),
    ].map((call) =>
      call.then(
        () => expect.unreachable(),
        (error: unknown) => error,
      ),
    )
    // A create whose outcome is unknown looks once whether it was stored.
    await clock.advanceAsync(2_000)
    const text = inspect(await Promise.all(calls), { depth: null, showHidden: true })
    for (const secret of [token, token.slice(-49, -6), record.secrets[0].hash, record.secrets[0].tag, pepper]) {
      expect(text).not.toContain(secret)
    }
  }
})

test('what is read back holds neither token, hash, tag nor pepper id', async () => {
  const shared = memoryStore()
  const { create, keys } = setUp({ on: shared })
  const { key, token } = await create()
  const rotated = await keys.rotate(key.id)
  const record = (await shared.find([key.id])).get(key.id)
  if (record === undefined || record === 'corrupt') throw new Error('Expected a stored key.')
  const read = [
    await keys.get(key.id),
    await keys.list(),
    await keys.update(key.id, { name: 'x' }),
    await keys.disable(key.id),
    await keys.enable(key.id),
    await keys.endOverlap(key.id),
    await keys.transfer(key.id, { type: 'user', id: 'bob' }),
    await keys.diagnose(token),
    await keys.diagnose(rotated.token, { permission: 'prompts:write' }),
    await keys.revoke(key.id),
    await keys.activity(),
    keys.grantable(),
    rotated.key,
  ]
  const text = inspect(read, { depth: null, showHidden: true })
  expect(text).toContain(rotated.key.hint)
  for (const each of [token, rotated.token]) {
    expect(text).not.toContain(each)
    expect(text).not.toContain(each.slice(-49, -6))
  }
  for (const { hash, tag } of record.secrets) {
    expect(text).not.toContain(hash)
    expect(text).not.toContain(tag)
  }
  expect(text).not.toContain('pepper')
})
