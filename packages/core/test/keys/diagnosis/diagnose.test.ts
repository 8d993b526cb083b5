import { describe, expect, test } from 'vitest'
import { keyActor } from '../../../src/index.ts'
import { admin, user } from '../../support/actors.ts'
import { fails } from '../../support/observed-store.ts'
import { ada, setUp } from '../../support/set-up.ts'

const order = [
  'provided',
  'format',
  'found',
  'secret',
  'revoked',
  'expired',
  'disabled',
  'rotated',
  'owner',
  'workspace',
  'environment',
  'permission',
] as const

describe('a good key', () => {
  test('passes every check that was asked for, in the order of a verification', async () => {
    const { create, keys } = setUp()
    const { key, token } = await create()
    const question = { permission: 'prompts:read', environment: 'production', workspaceId: 'ws_acme' } as const
    const { checks, ...rest } = await keys.diagnose(token, question)
    expect(rest).toEqual({ ok: true, code: 'ok', keyId: key.id, fix: null })
    expect(checks.map(({ check }) => check)).toEqual(order)
    expect(checks.every(({ ok }) => ok)).toBe(true)
    const unasked = await keys.diagnose(token)
    expect(unasked.checks.map(({ check }) => check)).toEqual(
      order.filter((check) => !['workspace', 'environment', 'permission'].includes(check)),
    )
  })

  test('by its id, there is no text and no secret to judge', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    const { ok, checks } = await keys.diagnose({ id: key.id })
    expect(ok).toBe(true)
    expect(checks.map(({ check }) => check)).toEqual(['found', 'revoked', 'expired', 'disabled', 'rotated', 'owner'])
  })

  test('in its overlap, both tokens pass, each with its version', async () => {
    const { create, keys } = setUp()
    const { key, token } = await create()
    const rotated = await keys.rotate(key.id)
    for (const [each, version] of [
      [token, 1],
      [rotated.token, 2],
    ] as const) {
      const { ok, checks } = await keys.diagnose(each)
      expect(ok).toBe(true)
      expect(checks.find(({ check }) => check === 'secret')?.detail).toContain(`version ${version}`)
    }
  })
})

describe('what is wrong with a key', () => {
  test.each<[string, string | undefined | null, object]>([
    ['nothing', undefined, { code: 'key_not_set' }],
    ['null', null, { code: 'key_not_set' }],
    ['an empty text', '', { code: 'key_not_set' }],
    ['a placeholder', 'YOUR_API_KEY', { code: 'key_not_set', hint: 'placeholder' }],
    ['an unfilled variable', '${API_KEY}', { code: 'key_not_set', hint: 'placeholder' }],
    ['a number', 7 as never, { code: 'malformed_key', hint: 'not_a_string' }],
    ['a page', 'x'.repeat(100_000), { code: 'malformed_key', hint: 'too_long' }],
  ])('%s', async (_, target, expected) => {
    const { keys, store, keyring } = setUp()
    await keyring.ready()
    const { checks, fix, ...rest } = await keys.diagnose(target as never)
    expect(rest).toEqual({ ok: false, keyId: null, ...expected })
    expect(checks.at(-1)).toMatchObject({ ok: false })
    expect(checks.slice(0, -1).every(({ ok }) => ok)).toBe(true)
    expect(fix).toMatch(/^[A-Z].*\.$/)
    expect(store.calls.find).toBeUndefined()
  })

  test.each<[string, (token: string) => string, string]>([
    ['Bearer before it', (token) => `Bearer ${token}`, 'scheme_twice'],
    ['quotes around it', (token) => `"${token}"`, 'surrounding_quotes'],
    ['a line end after it', (token) => `${token}\n`, 'whitespace'],
    ['another prefix', (token) => token.replace('acme', 'evil'), 'foreign_prefix'],
    ['an environment unknown here', (token) => token.replace('production', 'moon'), 'unknown_environment'],
    ['its end cut off', (token) => token.slice(0, -5), 'truncated'],
    ['a letter altered', (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, 'checksum'],
    ['a letter no key has', (token) => `${token.slice(0, -1)}-`, 'illegal_character'],
  ])('%s', async (_, spoil, hint) => {
    const { create, keys } = setUp()
    const { token } = await create()
    const { checks, fix, ...rest } = await keys.diagnose(spoil(token))
    expect(rest).toEqual({ ok: false, code: 'malformed_key', keyId: null, hint })
    expect(checks).toMatchObject([
      { check: 'provided', ok: true },
      { check: 'format', ok: false },
    ])
    expect(fix).toMatch(/^[A-Z]/)
  })

  test('revoked, expired, disabled, replaced: each is told, with when, before the owner is asked', async () => {
    let asked = 0
    const { create, keys, clock } = setUp({ resolveOwner: () => ((asked += 1), ['*:*']) })
    const revoked = await create()
    await keys.revoke(revoked.key.id, { reason: 'leaked' })
    const expired = await create({ expiresIn: '1ms' })
    const disabled = await create()
    await keys.disable(disabled.key.id)
    const replaced = await create()
    const { key } = await keys.rotate(replaced.key.id, { overlap: 0 })
    clock.advance(1)
    const told = async (token: string): Promise<object> => {
      const { checks, ...rest } = await keys.diagnose(token)
      return { ...rest, detail: checks.at(-1)?.detail, last: checks.at(-1)?.check }
    }
    const base = { ok: false, last: expect.any(String) }
    expect(await told(revoked.token)).toEqual({
      ...base,
      code: 'key_revoked',
      keyId: revoked.key.id,
      last: 'revoked',
      detail: 'It was revoked at 2025-01-01T00:00:00.000Z: leaked.',
      fix: expect.stringContaining('create another'),
    })
    expect(await told(expired.token)).toMatchObject({
      code: 'key_expired',
      last: 'expired',
      detail: 'It expired at 2025-01-01T00:00:00.001Z.',
    })
    expect(await told(disabled.token)).toMatchObject({
      code: 'key_disabled',
      last: 'disabled',
      fix: 'Find out why it was disabled. Enable it if that reason does not hold any more.',
    })
    expect(await told(replaced.token)).toMatchObject({
      code: 'key_rotated',
      last: 'rotated',
      fix: expect.stringContaining(key.hint),
    })
    expect(asked).toBe(0)
  })

  test('a right id with another secret: an older one, or an altered one', async () => {
    const { create, keys } = setUp()
    const made = await create()
    await keys.rotate(made.key.id, { overlap: 0 })
    const { key } = await keys.rotate(made.key.id, { overlap: 0 })
    const { checks, ...rest } = await keys.diagnose(made.token)
    expect(rest).toEqual({
      ok: false,
      code: 'wrong_secret',
      keyId: key.id,
      fix: expect.stringContaining(key.hint),
    })
    expect(checks.at(-1)).toEqual({
      check: 'secret',
      ok: false,
      detail: expect.stringContaining('replaced by rotation'),
    })
  })

  test('another environment, another workspace, a grant it lacks, one its owner lacks', async () => {
    const { create, keys } = setUp({ resolveOwner: () => ['prompts:read', 'prompts:list'] })
    const { key, token } = await create({ permissions: ['prompts:read', 'prompts:write'] })
    const expected = async (question: object, code: string, last: string, text: string): Promise<void> => {
      const { checks, fix, ...rest } = await keys.diagnose(token, question)
      expect(rest).toEqual({ ok: false, code, keyId: key.id })
      expect(checks.at(-1)).toMatchObject({ check: last, ok: false })
      expect(`${checks.at(-1)?.detail} ${fix}`).toContain(text)
    }
    await expected({ environment: 'ci' }, 'wrong_environment', 'environment', 'a key of production; asked for is ci')
    await expected({ workspaceId: 'ws_globex' }, 'wrong_workspace', 'workspace', 'belongs to another')
    await expected({ permission: 'prompts:list' }, 'insufficient_permission', 'permission', 'Add prompts:list')
    await expected({ permission: 'prompts:write' }, 'owner_lacks_permission', 'permission', 'the user ada')
  })

  test('an owner who is gone', async () => {
    const { create, keys } = setUp({ resolveOwner: () => null })
    const { key, token } = await create()
    const { checks, ...rest } = await keys.diagnose(token)
    expect(rest).toEqual({ ok: false, code: 'owner_gone', keyId: key.id, fix: expect.stringContaining('Transfer') })
    expect(checks.at(-1)?.detail).toContain('the user ada, left the workspace')
  })

  test('a service account that was deleted', async () => {
    const { keys, store } = setUp()
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
    const owner = { type: 'service', id: account.id } as const
    const { token } = await keys.create({ name: 'CI', environment: 'ci', owner })
    store.before('list', fails)
    await keys.serviceAccounts.delete(account.id).catch(() => {})
    expect(await keys.diagnose(token)).toMatchObject({ code: 'owner_gone' })
  })
})

describe('agrees with verify', () => {
  test('on every state and question', async () => {
    let held: readonly string[] | null = ['*:*']
    const { create, keys, keyring, clock } = setUp({ resolveOwner: () => held })
    const good = await create({ permissions: ['prompts:read'] })
    const rotating = await create()
    const replaced = await create()
    const disabled = await create()
    const revoked = await create()
    const expired = await create({ expiresIn: '1ms' })
    const second = await keys.rotate(rotating.key.id)
    const third = await keys.rotate(replaced.key.id, { overlap: 0 })
    await keys.disable(disabled.key.id)
    await keys.revoke(revoked.key.id)
    clock.advance(1)
    const tokens = [good, rotating, second, replaced, third, disabled, revoked, expired].map(({ token }) => token)
    for (const owner of [['*:*'], [], null]) {
      held = owner
      await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
      for (const token of tokens) {
        for (const question of [
          {},
          { permission: 'prompts:read' },
          { permission: 'prompts:write' },
          { environment: 'ci' },
          { environment: ['ci', 'production'] },
        ] as const) {
          const verification = await keyring.verify(token, question)
          const { code } = await keys.diagnose(token, question)
          expect(code).toBe(verification.ok ? 'ok' : verification.code)
        }
      }
    }
  })
})

describe('who is told', () => {
  test('only an actor that may see the key; others get the answer for a key that does not exist', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    const own = await keyring.as(user('ada')).diagnose(token)
    expect(own).toMatchObject({ ok: true })
    for (const actor of [user('bob'), admin({ workspaceId: 'ws_globex' })]) {
      const { checks, ...rest } = await keyring.as(actor).diagnose(token)
      expect(rest).toMatchObject({ ok: false, code: 'not_in_this_workspace', keyId: null })
      expect(checks.map(({ check }) => check)).toEqual(['provided', 'format', 'found'])
    }
  })

  test('not who may not diagnose, nor a key without keys:manage', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'diagnose' }
    await expect(keyring.as(admin({ can: { diagnose: false } })).diagnose(token)).rejects.toMatchObject(forbidden)
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    await expect(keyring.as(keyActor(verification.apiKey)).diagnose(token)).rejects.toMatchObject(forbidden)
  })

  test('an outage is an outage, no diagnosis', async () => {
    const { create, keys, store } = setUp({
      resolveOwner: () => {
        throw new Error('directory down')
      },
    })
    const { token } = await create()
    await expect(keys.diagnose(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'owner' })
    store.before('find', fails)
    await expect(keys.diagnose(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
  })

  test('it writes nothing', async () => {
    const { create, keys, store } = setUp()
    const { key, token } = await create()
    const commits = store.calls.commit
    await keys.diagnose(token)
    await keys.diagnose({ id: key.id })
    expect(store.calls.commit).toBe(commits)
    expect(store.calls.addUsage).toBeUndefined()
  })
})

describe('wrong questions', () => {
  test.each<[string, object | string | undefined, object]>([
    ['permission', undefined, { permission: 'prompts:raed' }],
    ['permission', undefined, { permission: 'prompts:*' }],
    ['environment', undefined, { environment: 'prod' }],
    ['workspaceId', undefined, { workspaceId: '' }],
    ['permissions', undefined, { permissions: ['prompts:read'] }],
    ['id', { id: 7 }, {}],
    ['id', {}, {}],
    ['token', { token: 'x' }, {}],
  ])('refuses a wrong %s', async (field, target, question) => {
    const { keys } = setUp()
    await expect(keys.diagnose(target as never, question)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
      field,
    })
  })
})
