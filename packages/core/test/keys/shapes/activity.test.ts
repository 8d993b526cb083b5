import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { definePermissions, type KeyManager } from '../../../src/index.ts'
import { admin, named, user } from '../../support/actors.ts'
import { fails } from '../../support/observed-store.ts'
import { ada, type SetUp, setUp } from '../../support/set-up.ts'

const actions = async (keys: KeyManager, input: object = {}): Promise<string[]> =>
  (await keys.activity(input)).items.map(({ action }) => action)

describe('the activity log', () => {
  test('tells who did what to a key, from where, why, and what changed, newest first', async () => {
    const { create, keyring, keys, clock } = setUp()
    const made = await create({ permissions: ['prompts:read'] })
    const origin = { ip: '192.0.2.1', userAgent: 'curl/8', requestId: 'req-1' }
    const own = keyring.as(user('ada', { permissions: ['*:*'], origin }))
    let hint = ''
    const steps: (() => Promise<unknown>)[] = [
      () => own.update(made.key.id, { name: 'Renamed', description: 'd' }),
      async () => {
        hint = (await own.rotate(made.key.id, { overlap: '1h' })).key.hint
      },
      () => own.endOverlap(made.key.id),
      () => own.disable(made.key.id, { reason: 'checking' }),
      () => own.enable(made.key.id),
      () => keys.transfer(made.key.id, { type: 'user', id: 'bob' }),
      () => keys.revoke(made.key.id, { reason: 'leaked' }),
    ]
    const start = clock.now()
    for (const step of steps) {
      clock.advance(10)
      await step()
    }
    const { items, nextCursor } = await keys.activity({ keyId: made.key.id })
    expect(nextCursor).toBeNull()
    expect(items.map(({ action, at }) => [action, at.getTime() - start])).toEqual([
      ['key.revoked', 70],
      ['key.transferred', 60],
      ['key.enabled', 50],
      ['key.disabled', 40],
      ['key.overlapEnded', 30],
      ['key.rotated', 20],
      ['key.updated', 10],
      ['key.created', 0],
    ])
    const [revoked, transferred, enabled, disabled, ended, rotated, updated, created] = items
    expect(updated).toMatchObject({
      workspaceId: 'ws_acme',
      actor: ada,
      target: { type: 'key', id: made.key.id },
      before: { name: 'Production', description: null },
      after: { name: 'Renamed', description: 'd' },
      origin,
    })
    expect(Object.keys(updated?.after ?? {}).sort()).toEqual(['description', 'name'])
    expect(hint).not.toBe(made.key.hint)
    expect(created).toMatchObject({
      before: null,
      after: {
        name: 'Production',
        environment: 'production',
        owner: ada,
        permissions: ['prompts:read'],
        resources: {},
        expiresAt: null,
        hint: made.key.hint,
        status: 'active',
      },
      origin: null,
    })
    expect(rotated).toMatchObject({
      before: { secretVersion: 1, hint: made.key.hint, status: 'active', overlapEndsAt: null },
      after: { secretVersion: 2, hint, status: 'rotating', overlapEndsAt: start + 20 + 3_600_000 },
    })
    expect(ended).toMatchObject({ before: { status: 'rotating' }, after: { status: 'active', overlapEndsAt: null } })
    expect(disabled).toMatchObject({ after: { status: 'disabled', reason: 'checking' } })
    expect(enabled).toMatchObject({ before: { status: 'disabled' }, after: { status: 'active' } })
    expect(transferred).toMatchObject({ before: { owner: ada }, after: { owner: { type: 'user', id: 'bob' } } })
    expect(revoked).toMatchObject({
      actor: { type: 'system', id: 'system' },
      after: { status: 'revoked', reason: 'leaked' },
    })
  })

  test('holds no token, hash or tag', async () => {
    const shared = memoryStore()
    const { create, keys } = setUp({ on: shared })
    const { key, token } = await create()
    const rotated = await keys.rotate(key.id)
    await keys.revoke(key.id)
    const log = JSON.stringify(await keys.activity())
    const record = (await shared.find([key.id])).get(key.id)
    if (record === undefined || record === 'corrupt') throw new Error('Expected a stored key.')
    for (const secret of [token, rotated.token]) expect(log).not.toContain(secret.slice(-49, -6))
    for (const { hash, tag } of record.secrets) {
      expect(log).not.toContain(hash)
      expect(log).not.toContain(tag)
    }
  })

  test('a strange origin neither fails a call nor forges a line', async () => {
    const { keyring } = setUp()
    const origin = { ip: 'x'.repeat(1_000), userAgent: 'a\r\nkey.revoked', requestId: 7 } as never
    const own = keyring.as(user('ada', { origin, can: { listAll: true } }))
    await own.create(named)
    const [created] = (await own.activity()).items
    expect(created?.origin).toEqual({ ip: 'x'.repeat(64), userAgent: 'a  key.revoked' })
    for (const [wrong, field] of [
      ['192.0.2.1', 'actor.origin'],
      [new Map([['ip', '192.0.2.1']]), 'actor.origin'],
      [{ useragent: 'curl' }, 'actor.origin.useragent'],
    ] as const) {
      expect(() => keyring.as(user('ada', { origin: wrong as never }))).toThrow(expect.objectContaining({ field }))
    }
  })

  test('a change and its line are stored together or not at all', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    store.before('commit', fails)
    await expect(keys.update(key.id, { name: 'x' })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    store.before('commit', undefined)
    expect(await actions(keys)).toEqual(['key.created'])
    expect((await keys.get(key.id)).name).toBe('Production')
  })

  test('is filtered, and paged without gaps or repetition', async () => {
    const { create, keyring, keys, clock } = setUp()
    const own = keyring.as(user('ada'))
    const { key } = await own.create(named)
    clock.advance(1_000)
    const middle = clock.now()
    await create()
    clock.advance(1_000)
    await own.update(key.id, { name: 'Renamed' })
    expect(await actions(keys, { action: 'key.updated' })).toEqual(['key.updated'])
    expect(await actions(keys, { actor: ada })).toEqual(['key.updated', 'key.created'])
    expect(await actions(keys, { actor: { type: 'service', id: 'ada' } })).toEqual([])
    expect(await actions(keys, { from: middle })).toEqual(['key.updated', 'key.created'])
    expect(await actions(keys, { from: new Date(middle), to: middle + 1 })).toEqual(['key.created'])
    expect(await actions(keys, { to: new Date(middle).toISOString() })).toEqual(['key.created'])
    const all: string[] = []
    let cursor: string | undefined
    do {
      const page = await keys.activity({ limit: 1, ...(cursor !== undefined && { cursor }) })
      all.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(all).toEqual((await keys.activity()).items.map(({ id }) => id))
    expect(new Set(all).size).toBe(3)
  })

  test.each<[string, object]>([
    ['workspaceId', { workspaceId: 'ws_globex' }],
    ['keyId', { keyId: 7 }],
    ['serviceAccountId', { serviceAccountId: {} }],
    ['serviceAccountId', { keyId: '0000000000000000', serviceAccountId: 'sa_x' }],
    ['actor', { actor: 'ada' }],
    ['actor', { actor: { type: 'robot', id: 'x' } }],
    ['actor.id', { actor: { type: 'user', id: '' } }],
    ['action', { action: [] }],
    ['from', { from: 'yesterday' }],
    ['to', { to: Number.NaN }],
    ['cursor', { cursor: 'bm9wZQ' }],
    ['cursor', { cursor: 7 }],
    ['limit', { limit: 101 }],
  ])('a wrong %s is refused', async (field, wrong) => {
    const { keys } = setUp()
    await expect(keys.activity(wrong)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })

  test('is closed to actors that may not view it, fails when the store fails, and says when there is none', async () => {
    const { keyring, keys, store } = setUp()
    await expect(keyring.as(admin({ can: { viewActivity: false } })).activity()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'viewActivity',
    })
    store.before('activity', fails)
    await expect(keys.activity()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    const { activity: _, ...small } = memoryStore()
    await expect(setUp({ on: small }).keys.activity()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_NOT_SUPPORTED',
      method: 'activity',
    })
  })
})

describe('who sees what of it', () => {
  test('with listAll the whole workspace’s; without, one visible key’s or one’s own doings', async () => {
    const { create, keyring, keys } = setUp()
    const { key } = await create()
    const bobs = await create({ owner: { type: 'user', id: 'bob' } })
    const own = keyring.as(user('ada'))
    await own.create(named)
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: [] })
    expect(await actions(keyring.as(user('root', { can: { listAll: true } })))).toHaveLength(4)
    expect(await actions(own, { keyId: key.id })).toEqual(['key.created'])
    expect(await actions(own, { actor: ada })).toEqual(['key.created'])
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'viewActivity' }
    for (const input of [
      {},
      { action: 'key.created' },
      { actor: { type: 'user', id: 'bob' } },
      { actor: { type: 'key', id: 'ada' } },
      { serviceAccountId: account.id },
      { serviceAccountId: account.id, actor: ada },
    ] as const) {
      await expect(own.activity(input)).rejects.toMatchObject(forbidden)
    }
    await expect(own.activity({ keyId: bobs.key.id })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
    await expect(own.activity({ keyId: bobs.key.id, actor: ada })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_KEY_NOT_FOUND',
    })
  })

  test('who manages service accounts sees what was done to them', async () => {
    const { keyring, keys, clock } = setUp()
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:read'] })
    clock.advance(1)
    await keys.serviceAccounts.update(account.id, { permissions: [] })
    clock.advance(1)
    await keys.serviceAccounts.delete(account.id)
    const manager = keyring.as(user('ada', { can: { manageServiceAccounts: true } }))
    const { items } = await manager.activity({ serviceAccountId: account.id })
    expect(items).toMatchObject([
      { action: 'serviceAccount.deleted', before: { deletedAt: null }, after: { deletedAt: expect.any(Number) } },
      { action: 'serviceAccount.updated', before: { permissions: ['prompts:read'] }, after: { permissions: [] } },
      {
        action: 'serviceAccount.created',
        target: { type: 'serviceAccount', id: account.id },
        before: null,
        after: { name: 'bot', permissions: ['prompts:read'], deletedAt: null },
      },
    ])
  })
})

describe('a line stays short', () => {
  const lineOf = async (change: (set: SetUp, id: string) => Promise<unknown>, input: object = {}) => {
    const set = setUp({
      defaultPermissions: [],
      permissions: definePermissions({ many: Array.from({ length: 300 }, (_, index) => `a${index}`) }),
    })
    const { key } = await set.create(input)
    set.clock.advance(1)
    await change(set, key.id)
    const [line] = (await set.keys.activity({ limit: 1 })).items
    if (line === undefined) throw new Error('No line')
    return line
  }

  test('notes are named, not copied: those that differ', async () => {
    const line = await lineOf(
      ({ keys }, id) => keys.update(id, { metadata: { team: 'ads', plan: 'free', constructor: 'x' } }),
      { metadata: { team: 'search', plan: 'free', old: 'y' } },
    )
    expect(line).toMatchObject({ before: { metadata: ['team', 'old'] }, after: { metadata: ['team', 'constructor'] } })
    expect(JSON.stringify(line)).not.toMatch(/search|ads|free/)
  })

  test('those of a new key are all named', async () => {
    const line = await lineOf(async () => {}, { metadata: { team: 'search', plan: 'free' } })
    expect(line.after).toMatchObject({ metadata: ['team', 'plan'] })
  })

  test('long lists of permissions are counted, and say what differs; short ones are whole', async () => {
    const grants = Array.from({ length: 200 }, (_, index) => `many:a${index}`)
    const line = await lineOf(
      ({ keys }, id) => keys.update(id, { permissions: [...grants.slice(1), 'many:a250'] as never }),
      { permissions: grants },
    )
    expect(line.before).toEqual({ permissions: { count: 200, only: ['many:a0'] } })
    expect(line.after).toEqual({ permissions: { count: 200, only: ['many:a250'] } })
    const short = await lineOf(({ keys }, id) => keys.update(id, { permissions: [] }), {
      permissions: grants.slice(0, 3),
    })
    expect(short.before).toEqual({ permissions: grants.slice(0, 3) })
  })

  test('the longest change of everything is a few kilobytes', async () => {
    const notes = (text: string) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}${'n'.repeat(60)}`, text]))
    const text = (character: string) => ({
      name: character.repeat(128),
      description: character.repeat(2_000),
      metadata: notes(character.repeat(20)),
    })
    const line = await lineOf(
      ({ keys }, id) =>
        keys.update(id, {
          ...text('\u4e16'),
          permissions: Array.from({ length: 256 }, (_, index) => `many:a${index}`),
        }),
      text('\u754c'),
    )
    expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(8_192)
  })
})
