import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import type { KeyManager } from '../../src/index.ts'
import type { KeyStore } from '../../src/store/store.ts'
import { admin, named } from '../support/actors.ts'
import { fails, withoutLocks } from '../support/observed-store.ts'
import { ada, type SetUp, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

/** Two processes on one store, one clock and one bus. */
function twoProcesses(like: (store: KeyStore) => KeyStore = (store) => store): readonly [SetUp, SetUp] {
  const shared = memoryStore()
  const at = testClock()
  return [setUp({ on: like(shared.connect()), at }), setUp({ on: like(shared.connect()), at, seed: 2 })]
}

const settled = async <T>(calls: readonly Promise<T>[]) => {
  const results = await Promise.allSettled(calls)
  const values = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as { code: string }] : []))
  return { values, codes: new Set(errors.map(({ code }) => code)), errors }
}

describe('fifty rotations of one key at once', () => {
  test.each([
    ['with an overlap', '24h', true, ['ERR_CLAVIGER_CONFLICT', 'ERR_CLAVIGER_ROTATION_IN_PROGRESS']],
    ['without', 0, false, ['ERR_CLAVIGER_CONFLICT']],
  ] as const)('%s: one wins, its token works, and no second secret was made', async (_, overlap, oldWorks, losing) => {
    const [one, other] = twoProcesses()
    const made = await one.create()
    await other.keyring.ready()
    // No one writes before everyone has read.
    const allHaveRead = gate(50)
    for (const { store } of [one, other]) store.after('find', () => allHaveRead.wait())
    const { values, errors, codes } = await settled(
      Array.from({ length: 50 }, async (_each, index) =>
        (index % 2 === 0 ? one : other).keys.rotate(made.key.id, { overlap }),
      ),
    )
    expect(values.length).toBe(1)
    expect(errors.length).toBe(49)
    for (const code of codes) expect(losing).toContain(code)
    const key = await one.keys.get(made.key.id)
    expect(key).toMatchObject({ revision: 2, secrets: [{ version: 2 }, { version: 1 }] })
    for (const { keyring } of [one, other]) {
      expect(await keyring.verify(values[0]?.token)).toMatchObject({ ok: true, apiKey: { secretVersion: 2 } })
      expect(await keyring.verify(made.token)).toMatchObject(oldWorks ? { ok: true } : { code: 'key_rotated' })
    }
    one.clock.advance(86_400_000)
    expect(await one.keyring.verify(made.token)).toMatchObject({ ok: false, code: 'key_rotated' })
    expect(await one.keyring.verify(values[0]?.token)).toMatchObject({ ok: true })
  })
})

describe('keys of a service account', () => {
  test('fifty made at once all work, and the account is unharmed', async () => {
    const { keyring, keys } = setUp()
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] })
    const owner = { type: 'service', id: account.id } as const
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, index) => keys.create({ ...named, name: `Key ${index}`, owner })),
    )
    expect(new Set(made.map(({ key }) => key.id)).size).toBe(50)
    for (const { token } of made) expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(await keys.serviceAccounts.get(account.id)).toMatchObject({ name: 'bot', deletedAt: null })
  })

  test('ten made at once in each of two processes all work', async () => {
    const processes = twoProcesses()
    const account = await processes[0].keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] })
    const owner = { type: 'service', id: account.id } as const
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        processes[index % 2 === 0 ? 0 : 1].keys.create({ ...named, owner }),
      ),
    )
    for (const { token } of made) expect(await processes[0].keyring.verify(token)).toMatchObject({ ok: true })
  })

  const stages = ['services', 'commit', 'list', 'find'] as const

  /** What must hold however it went: nothing of a deleted account is usable or left over. */
  async function nothingIsLeft({ keyring, keys }: SetUp, accountId: string, tokens: readonly string[]): Promise<void> {
    expect(await keys.serviceAccounts.get(accountId)).toMatchObject({ deletedAt: expect.any(Date) })
    for (const token of tokens) expect(await keyring.verify(token)).toMatchObject({ ok: false })
    for (const { status } of (await keys.list({ ownerId: accountId, limit: 100 })).items) expect(status).toBe('revoked')
  }

  for (const stage of stages) {
    for (const side of ['before', 'after'] as const) {
      test(`a key being made or moved there while the account is deleted is not left: held up ${side} ${stage}`, async () => {
        const [making, deleting] = twoProcesses()
        const account = await deleting.keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
        const owner = { type: 'service', id: account.id } as const
        const { key, token } = await making.create()
        const held = gate()
        making.store[side](stage, () => held.wait())
        const racing = settled<{ readonly token: string | null }>([
          making.keys.create({ ...named, owner }),
          making.keys.create({ ...named, owner }, { idempotencyKey: 'once' }),
          making.keys.transfer(key.id, owner).then(() => ({ token })),
        ])
        await new Promise((resolve) => setImmediate(resolve))
        await deleting.keys.serviceAccounts.delete(account.id)
        held.open()
        making.store[side](stage, undefined)
        const { values, errors } = await racing
        for (const error of errors) expect(['ERR_CLAVIGER_FORBIDDEN', 'ERR_CLAVIGER_KEY_ENDED']).toContain(error.code)
        await nothingIsLeft(
          deleting,
          account.id,
          values.flatMap(({ token: made }) => made ?? []),
        )
      })

      test(`an account being deleted while keys are made or moved there leaves none: held up ${side} ${stage}`, async () => {
        const [making, deleting] = twoProcesses()
        const account = await deleting.keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
        const owner = { type: 'service', id: account.id } as const
        const { key, token } = await making.create()
        const held = gate()
        let first = true
        deleting.store[side](stage, () => {
          if (!first) return
          first = false
          return held.wait()
        })
        const deletion = deleting.keys.serviceAccounts.delete(account.id)
        await new Promise((resolve) => setImmediate(resolve))
        const { values } = await settled<{ readonly token: string | null }>([
          making.keys.create({ ...named, owner }),
          making.keys.create({ ...named, owner }),
          making.keys.transfer(key.id, owner).then(() => ({ token })),
        ])
        held.open()
        await deletion
        await nothingIsLeft(
          deleting,
          account.id,
          values.flatMap(({ token: made }) => made ?? []),
        )
      })
    }
  }

  test('an account is deleted also while fifty keys are being made for it', async () => {
    const all = setUp()
    const account = await all.keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
    const owner = { type: 'service', id: account.id } as const
    let deletion: Promise<unknown> | undefined
    all.store.after('commit', () => {
      if (deletion === undefined && (all.store.calls.commit ?? 0) > 3)
        deletion = all.keys.serviceAccounts.delete(account.id)
    })
    const racing = settled(Array.from({ length: 50 }, () => all.keys.create({ ...named, owner })))
    const { values, codes } = await racing
    expect(values.length).toBeGreaterThan(0)
    expect(values.length).toBeLessThan(50)
    expect(codes).toEqual(new Set(['ERR_CLAVIGER_FORBIDDEN']))
    await deletion
    await nothingIsLeft(
      all,
      account.id,
      values.map(({ token }) => token),
    )
  })
})

test('an account is deleted over twenty keys, each made for it between the reading and the writing', async () => {
  const [one, other] = twoProcesses(withoutLocks)
  const account = await one.keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
  const owner = { type: 'service', id: account.id } as const
  const tokens: string[] = []
  one.store.before('commit', async () => {
    if (tokens.length < 20) tokens.push((await other.keys.create({ ...named, owner })).token)
  })
  expect(await one.keys.serviceAccounts.delete(account.id)).toMatchObject({ deletedAt: expect.any(Date) })
  for (const token of tokens) expect(await one.keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
})

describe('revoke wins, and is final', () => {
  const bot = { type: 'service', id: 'bot' } as const
  const rivals: Readonly<Record<string, (keys: KeyManager, id: string) => Promise<unknown>>> = {
    update: (keys, id) => keys.update(id, { name: 'Later', permissions: ['prompts:*'] }),
    rotate: (keys, id) => keys.rotate(id, { overlap: 0 }),
    endOverlap: (keys, id) => keys.endOverlap(id),
    disable: (keys, id) => keys.disable(id),
    enable: (keys, id) => keys.enable(id),
    transfer: (keys, id) => keys.transfer(id, bot),
  }

  /** A key on which each rival would change something. */
  async function ripe({ create, keys }: SetUp, rival: string) {
    const { key, token } = await create({ permissions: ['prompts:read'] })
    const rotated = await keys.rotate(key.id)
    if (rival === 'enable') await keys.disable(key.id)
    return { id: key.id, tokens: [token, rotated.token] }
  }

  async function isFinal({ keyring, keys }: SetUp, id: string, tokens: readonly string[]): Promise<void> {
    expect(await keys.get(id)).toMatchObject({ status: 'revoked', revokedReason: 'leaked' })
    for (const token of tokens) expect(await keyring.verify(token)).toMatchObject({ ok: false })
    for (const rival of Object.values(rivals)) {
      await expect(rival(keys, id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_ENDED', status: 'revoked' })
    }
  }

  for (const [rival, change] of Object.entries(rivals)) {
    test(`over a ${rival} that has read the key before and writes after`, async () => {
      const [slow, quick] = twoProcesses()
      const { id, tokens } = await ripe(quick, rival)
      await slow.keyring.ready()
      const held = gate()
      slow.store.before('commit', () => held.wait())
      const racing = settled([change(slow.keys, id)])
      await vi.waitUntil(() => held.arrived() === 1)
      await quick.keys.revoke(id, { reason: 'leaked' })
      held.open()
      const { codes } = await racing
      expect(codes).toEqual(new Set(['ERR_CLAVIGER_KEY_ENDED']))
      for (const each of [slow, quick]) await isFinal(each, id, tokens)
    })

    test(`over a ${rival} that comes between its reading and writing`, async () => {
      const [slow, quick] = twoProcesses()
      const { id, tokens } = await ripe(quick, rival)
      await slow.keyring.ready()
      const held = gate()
      slow.store.before('commit', () => held.wait())
      const revoking = slow.keys.revoke(id, { reason: 'leaked' })
      await vi.waitUntil(() => held.arrived() === 1)
      await change(quick.keys, id)
      held.open()
      expect(await revoking).toMatchObject({ status: 'revoked' })
      for (const each of [slow, quick]) await isFinal(each, id, tokens)
    })
  }

  test('over thirty changes of one key at once, whichever comes first', async () => {
    for (const place of [0, 15, 30]) {
      const all = setUp()
      const { key, token } = await all.create()
      const update = (index: number): Promise<unknown> => all.keys.update(key.id, { name: `Name ${index}` })
      const calls = Array.from({ length: 30 }, (_, index) => () => update(index))
      calls.splice(place, 0, () => all.keys.revoke(key.id, { reason: 'leaked' }))
      const results = await Promise.allSettled(calls.map((call) => call()))
      expect(results[place]).toMatchObject({ status: 'fulfilled', value: { status: 'revoked' } })
      await isFinal(all, key.id, [token])
    }
  })

  test('over twenty changes, each of which comes between its reading and writing', async () => {
    const [one, other] = twoProcesses(withoutLocks)
    const { key, token } = await one.create()
    let count = 0
    one.store.before('commit', async () => {
      count += 1
      if (count <= 20) await other.keys.update(key.id, { name: `Name ${count}` })
    })
    expect(await one.keys.revoke(key.id, { reason: 'leaked' })).toMatchObject({ status: 'revoked', name: 'Name 20' })
    await isFinal(one, key.id, [token])
  })

  test('a change that comes while a revocation waits to be stored does not undo it', async () => {
    const all = setUp({ on: withoutLocks(memoryStore()) })
    const { key, token } = await all.create()
    const { store, keys, keyring, clock } = all
    const commit: KeyStore['commit'] = store.commit
    store.commit = async (change) => {
      const revokes = change.writes.some(
        ({ type, record }) => type === 'key' && 'revokedAt' in record && record.revokedAt !== null,
      )
      if (revokes) throw new Error('disk full')
      return commit(change)
    }
    await expect(keys.revoke(key.id, { reason: 'leaked' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
      keyId: key.id,
    })
    await keys.update(key.id, { name: 'Later' })
    const rotated = await keys.rotate(key.id)
    await keys.transfer(key.id, { type: 'user', id: 'bob' })
    for (const each of [token, rotated.token]) {
      expect(await keyring.verify(each)).toMatchObject({ ok: false, code: 'key_revoked' })
    }
    store.commit = commit
    await clock.advanceAsync(1_000)
    await isFinal(all, key.id, [token, rotated.token])
  })
})

describe('a change whose answer is lost', () => {
  const changes: readonly [string, (keys: KeyManager, id: string) => Promise<unknown>, object][] = [
    ['update', (keys, id) => keys.update(id, { name: 'Later' }), { name: 'Later' }],
    ['disable', (keys, id) => keys.disable(id), { status: 'disabled' }],
    ['rotate', (keys, id) => keys.rotate(id, { overlap: 0 }), { secrets: [{ version: 2 }, { version: 1 }] }],
    ['transfer', (keys, id) => keys.transfer(id, { type: 'user', id: 'bob' }), { owner: { id: 'bob' } }],
  ]

  const notStored: Readonly<Record<string, string>> = {
    update: 'ERR_CLAVIGER_UNAVAILABLE',
    disable: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    rotate: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    transfer: 'ERR_CLAVIGER_UNAVAILABLE',
  }

  test.each(changes)(
    '%s: is whole or not there at all, listed and read alike, and nothing cached is older',
    async (name, change, expected) => {
      for (const [side, canLook] of [
        ['before', true],
        ['after', false],
      ] as const) {
        const { create, keyring, keys, store } = setUp()
        const { key, token } = await create()
        expect(await keyring.verify(token)).toMatchObject({ ok: true })
        store[side]('commit', () => {
          if (!canLook) store.before('find', fails)
          throw new Error('connection reset')
        })
        await expect(change(keys, key.id)).rejects.toMatchObject({ code: notStored[name] })
        store[side]('commit', undefined)
        store.before('find', undefined)
        const read = await keys.get(key.id)
        if (side === 'before') expect(read).toEqual(key)
        else expect(read).toMatchObject(expected)
        expect((await keys.list()).items).toEqual([read])
        expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
      }
    },
  )

  test.each(changes)(
    '%s: what a look at the store shows to be stored is done, and told',
    async (name, change, expected) => {
      const told: string[] = []
      const { create, keys, store } = setUp({ onEvent: ({ type }) => void told.push(type) })
      const { key } = await create()
      store.after('commit', () => {
        throw new Error('connection reset')
      })
      await change(keys, key.id)
      expect(await keys.get(key.id)).toMatchObject(expected)
      expect(told).toEqual(['key.created', expect.stringContaining(name)])
    },
  )

  test('a rotation whose answer is lost hands over the token that works', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    store.after('commit', () => {
      throw new Error('connection reset')
    })
    const rotated = await keys.rotate(key.id, { overlap: '1h' })
    const made = await keys.create({ ...named, owner: ada })
    store.after('commit', undefined)
    for (const each of [token, rotated.token, made.token]) {
      expect(await keyring.verify(each)).toMatchObject({ ok: true })
    }
  })

  test('create: there is never a usable key that the list does not show', async () => {
    for (const side of ['before', 'after'] as const) {
      const { keyring, keys, store } = setUp()
      store[side]('commit', () => {
        store.before('find', fails)
        throw new Error('connection reset')
      })
      await expect(keys.create({ ...named, owner: ada })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
      store[side]('commit', undefined)
      store.before('find', undefined)
      const { items } = await keys.list()
      expect(items.length).toBe(side === 'before' ? 0 : 1)
      for (const { id } of items) expect(await keyring.as(admin()).revoke(id)).toMatchObject({ status: 'revoked' })
    }
  })
})
