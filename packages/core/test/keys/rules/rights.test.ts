import { describe, expect, test } from 'vitest'
import { keyActor, systemActor } from '../../../src/index.ts'
import { admin, named, user } from '../../support/actors.ts'
import { setUp } from '../../support/set-up.ts'

const own = {
  list: true,
  create: true,
  update: true,
  rotate: true,
  revoke: true,
  viewUsage: true,
  viewActivity: true,
  diagnose: true,
}
const everyone = { listAll: true, manageServiceAccounts: true }

describe('the abilities of an actor', () => {
  test.each([
    ['someone who manages their own keys', user('ada'), { ...own, listAll: false, manageServiceAccounts: false }],
    ['an administrator', admin(), { ...own, ...everyone }],
    ['the system', systemActor('ws_acme'), { ...own, ...everyone }],
    [
      'someone who may not create',
      user('ada', { can: { create: false } }),
      { ...own, create: false, listAll: false, manageServiceAccounts: false },
    ],
  ])('%s', (_, actor, expected) => {
    expect(setUp().keyring.as(actor).abilities()).toEqual(expected)
  })

  test('are empty for a key without keys:manage, which no wildcard grants', async () => {
    const { create, keyring } = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
    for (const [permissions, may] of [
      [['*:*'], false],
      [['*:*', 'keys:manage'], true],
    ] as const) {
      const { token } = await create({ ...named, permissions })
      const verification = await keyring.verify(token)
      if (!verification.ok) throw new Error(verification.code)
      const abilities = keyring.as(keyActor(verification.apiKey)).abilities()
      expect(abilities).toEqual(
        Object.fromEntries([
          ...Object.keys(own).map((ability) => [ability, may]),
          ['listAll', false],
          ['manageServiceAccounts', false],
        ]),
      )
    }
  })
})

describe('what a key may do now', () => {
  test('is what it was granted, bounded by its owner', async () => {
    let held: readonly string[] | null = ['prompts:read', 'context:*']
    const { create, keys } = setUp({ resolveOwner: () => held })
    const { key } = await create({ permissions: ['prompts:*'] })
    expect(await keys.effectivePermissions(key.id)).toEqual(['prompts:read'])
    held = ['prompts:*']
    expect(await keys.effectivePermissions(key.id)).toEqual(['prompts:read', 'prompts:list', 'prompts:write'])
    held = null
    expect(await keys.effectivePermissions(key.id)).toEqual([])
  })

  test('agrees with a verification, and needs the ability to see keys', async () => {
    const { create, keyring, keys } = setUp({ resolveOwner: () => ['prompts:list', 'context:download'] })
    const { key, token } = await create({ permissions: ['*:*'] })
    const verification = await keyring.verify(token)
    expect(verification).toMatchObject({ apiKey: { permissions: await keys.effectivePermissions(key.id) } })
    await expect(keyring.as(user('ada', { can: { list: false } })).effectivePermissions(key.id)).rejects.toMatchObject({
      subject: 'list',
    })
  })
})

test('the rules for keys can be read, with their defaults', () => {
  const day = 86_400_000
  expect(setUp().keyring.policy).toEqual({
    maxLifetimeMs: null,
    maxOverlapMs: 7 * day,
    rotateAfterMs: 90 * day,
    unusedAfterMs: 90 * day,
    expiryNoticeMs: 14 * day,
  })
  expect(setUp({ policy: { maxLifetime: '30d', rotateAfter: null } }).keyring.policy).toMatchObject({
    maxLifetimeMs: 30 * day,
    rotateAfterMs: null,
  })
})
