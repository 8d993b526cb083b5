import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { definePermissions, type ManagedKey, type KeyringOptions } from '../../src/index.ts'
import { user } from '../support/actors.ts'
import { type SetUp, setUp } from '../support/set-up.ts'

/*
 * A permission is taken out of the catalogue while keys hold it: `before` is the process of yesterday, `after` the one of
 * today. The owner holds what is still declared.
 */
const own = ['prompts:read', 'prompts:list', 'prompts:write', 'context:download']
const wide = {
  permissions: definePermissions({ prompts: ['read', 'list', 'write'], context: ['download'], old: ['read', 'write'] }),
}

let before: SetUp
let after: SetUp
let key: ManagedKey
let token: string

beforeEach(async () => {
  const shared = memoryStore()
  const clock = testClock()
  before = setUp({ on: shared.connect(), at: clock, ...(wide as unknown as Partial<KeyringOptions>) })
  after = setUp({ on: shared.connect(), at: clock, seed: 2, resolveOwner: () => own })
  const made = await before.create({
    permissions: ['prompts:read', 'old:read', 'old:*'],
    expiresIn: '30d',
  })
  ;({ key, token } = made)
})

const ada = () => after.keyring.as(user('ada', { permissions: own }))

describe('its owner', () => {
  test('rotates, disables and enables the key', async () => {
    const { token: next } = await ada().rotate(key.id)
    await ada().disable(key.id)
    await ada().enable(key.id)
    expect(await after.keyring.verify(next, { permission: 'prompts:read' })).toMatchObject({ ok: true })
  })

  test('changes other fields, and lets it live longer', async () => {
    expect(await ada().update(key.id, { name: 'Renamed' })).toMatchObject({ name: 'Renamed' })
    expect(await ada().update(key.id, { expiresAt: null })).toMatchObject({ expiresAt: null })
  })

  test('sends the list back as it was shown: nothing is written, with or without another field', async () => {
    const commits = after.store.calls.commit ?? 0
    const shown = (await ada().get(key.id)).permissions
    expect(await ada().update(key.id, { permissions: shown })).toMatchObject({ revision: key.revision })
    expect(after.store.calls.commit ?? 0).toBe(commits)
    expect(await ada().update(key.id, { permissions: shown, name: 'Renamed' })).toMatchObject({
      name: 'Renamed',
      permissions: key.permissions,
    })
  })

  test('adds a declared permission beside it, and drops it', async () => {
    const more = ['old:*', 'old:read', 'prompts:list', 'prompts:read']
    expect(await ada().update(key.id, { permissions: more })).toMatchObject({ permissions: more })
    expect(await ada().update(key.id, { permissions: ['prompts:read'] })).toMatchObject({
      permissions: ['prompts:read'],
    })
  })

  test.each([['old:write'], ['old:delete'], ['*:gone']])(
    'never adds %s, which the key does not hold by that name, whatever else it holds',
    async (grant) => {
      const wanted = [...key.permissions, grant]
      await expect(ada().update(key.id, { permissions: wanted })).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_VALIDATION',
        field: 'permissions[3]',
      })
    },
  )

  test('does not get it back once it was dropped', async () => {
    await ada().update(key.id, { permissions: ['prompts:read'] })
    await expect(ada().update(key.id, { permissions: key.permissions })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
    })
  })

  test('is still bounded by the ceiling in what is declared', async () => {
    const narrow = after.keyring.as(user('ada', { permissions: ['prompts:list'] }))
    await expect(narrow.rotate(key.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      missing: ['prompts:read'],
    })
  })
})

test('the grant grants nothing', async () => {
  expect(await after.keyring.verify(token)).toMatchObject({ ok: true, apiKey: { permissions: ['prompts:read'] } })
})

test('the key is transferred to a service account that holds the rest', async () => {
  const { id } = await after.keys.serviceAccounts.create({ name: 'Bot', permissions: ['prompts:*'] })
  expect(await after.keys.transfer(key.id, { type: 'service', id })).toMatchObject({ owner: { id } })
})

test('a service account that holds it is renamed, keeps it in a list sent back, and drops it', async () => {
  const { id, permissions } = await before.keys.serviceAccounts.create({
    name: 'Bot',
    permissions: ['prompts:read', 'old:write'],
  })
  const { serviceAccounts } = after.keyring.as({
    ...user('ada', { permissions: own }),
    can: { manageServiceAccounts: true },
  })
  await serviceAccounts.update(id, { name: 'Robot' })
  expect(await serviceAccounts.update(id, { permissions })).toMatchObject({
    permissions,
  })
  const added = [...permissions, 'old:read']
  await expect(serviceAccounts.update(id, { permissions: added })).rejects.toMatchObject({ field: 'permissions[2]' })
  await serviceAccounts.update(id, { permissions: ['prompts:read'] })
  expect(await serviceAccounts.get(id)).toMatchObject({ permissions: ['prompts:read'] })
})

test('a diagnosis names it, and does not call it granted', async () => {
  const fine = await after.keys.diagnose(token, { permission: 'prompts:read' })
  expect(fine).toMatchObject({ ok: true })
  expect(fine.checks.find(({ check }) => check === 'grants')?.detail).toMatch(/old:\*, old:read.*grants nothing/)
  const refused = await after.keys.diagnose(token, { permission: 'prompts:write' })
  expect(refused.checks.at(-1)?.detail).toMatch(/It was granted prompts:read\.$/)
  const clean = await after.keys.diagnose({ id: (await after.create()).key.id })
  expect(clean.checks.map(({ check }) => check)).not.toContain('grants')
})

test('a permission that comes back counts again', async () => {
  await ada().update(key.id, { name: 'Kept' })
  expect(await before.keyring.verify(token, { permission: 'old:read' })).toMatchObject({ ok: true })
})
