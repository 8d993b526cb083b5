import { expect, test } from 'vitest'
import { user } from '../../support/actors.ts'
import { fails } from '../../support/observed-store.ts'
import { setUp } from '../../support/set-up.ts'

test('each is revoked by itself, and answered in the order given: what fails keeps no other from it', async () => {
  const { create, keyring, keys } = setUp()
  const [first, second, foreign] = [await create(), await create(), await create()]
  const others = keyring.as(user('bob', { workspaceId: 'ws_globex' }))
  expect(await others.revokeMany([foreign.key.id])).toMatchObject([{ ok: false }])
  const results = await keys.revokeMany([second.key.id, '0000000000000000', 'nonsense', first.key.id], {
    reason: 'unused',
  })
  const notFound = { ok: false, error: { code: 'ERR_CLAVIGER_KEY_NOT_FOUND' } }
  expect(results).toMatchObject([
    { id: second.key.id, ok: true, key: { status: 'revoked', revokedReason: 'unused' } },
    { id: '0000000000000000', ...notFound },
    { id: 'nonsense', ...notFound },
    { id: first.key.id, ok: true, key: { status: 'revoked', revokedReason: 'unused' } },
  ])
  for (const { token } of [first, second]) {
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  }
  expect(await keyring.verify(foreign.token)).toMatchObject({ ok: true })
})

test('an id given twice is revoked and answered once; an empty list gives an empty list', async () => {
  const { create, keys } = setUp()
  const { key } = await create()
  expect((await keys.revokeMany([key.id, key.id])).length).toBe(1)
  expect(await keys.revokeMany([])).toEqual([])
})

test('a hundred at most, and not all at once', async () => {
  const { create, keys, store } = setUp()
  const ids: string[] = []
  for (let index = 0; index < 100; index += 1) ids.push((await create()).key.id)
  let [running, most] = [0, 0]
  store.before('find', () => void (most = Math.max(most, (running += 1))))
  store.after('commit', () => void (running -= 1))
  expect((await keys.revokeMany(ids)).filter(({ ok }) => ok).length).toBe(100)
  expect(most).toBe(8)
  await expect(keys.revokeMany([...ids, '0000000000000000'])).rejects.toMatchObject({ field: 'ids' })
})

test('what the store did not confirm is refused here, and said so, key by key', async () => {
  const { create, keyring, keys, store } = setUp()
  const [lost, good] = [await create(), await create()]
  store.before('commit', fails)
  const results = await keys.revokeMany([lost.key.id])
  expect(results).toMatchObject([{ ok: false, error: { code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' } }])
  expect(await keyring.verify(lost.token)).toMatchObject({ ok: false, code: 'key_revoked' })
  expect(await keyring.verify(good.token)).toMatchObject({ ok: true })
})

test('who may revoke nothing is told so for every key', async () => {
  const { create, keyring } = setUp()
  const { key } = await create()
  expect(await keyring.as(user('ada', { can: { revoke: false } })).revokeMany([key.id])).toMatchObject([
    { ok: false, error: { code: 'ERR_CLAVIGER_FORBIDDEN' } },
  ])
})

test.each<[string, unknown, object]>([
  ['ids', 'YxJqyXCe4l2Z2ulS', {}],
  ['ids', null, {}],
  ['ids', { 0: 'x', length: 1 }, {}],
  ['ids', new Set(['x']), {}],
  ['reason', [], { reason: 'x'.repeat(501) }],
  ['why', [], { why: 'unused' }],
])('refuses wrong %s', async (field, ids, options) => {
  const { keys } = setUp()
  await expect(keys.revokeMany(ids as never, options)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
})

test('a dry run answers the same for every key, and revokes none', async () => {
  const { create, keyring, keys, store } = setUp()
  const [good, foreign] = [await create(), await create()]
  const commits = store.calls.commit
  const ids = [good.key.id, '0000000000000000', foreign.key.id]
  expect(await keys.revokeMany(ids, { reason: 'unused', dryRun: true })).toMatchObject([
    { id: good.key.id, ok: true, key: { status: 'active', revokedReason: null } },
    { ok: false, error: { code: 'ERR_CLAVIGER_KEY_NOT_FOUND' } },
    { id: foreign.key.id, ok: true },
  ])
  const forbidden = keyring.as(user('ada', { can: { revoke: false } }))
  expect(await forbidden.revokeMany([good.key.id], { dryRun: true })).toMatchObject([
    { ok: false, error: { code: 'ERR_CLAVIGER_FORBIDDEN' } },
  ])
  expect(store.calls.commit).toBe(commits)
  expect(await keyring.verify(good.token)).toMatchObject({ ok: true })
  await expect(keys.revokeMany(ids, { dryRun: 'yes' as never })).rejects.toMatchObject({ field: 'dryRun' })
  await expect(keys.revokeMany(ids, { dryrun: true } as never)).rejects.toMatchObject({ field: 'dryrun' })
})
