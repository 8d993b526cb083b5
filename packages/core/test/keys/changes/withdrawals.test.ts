import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import type { KeyManager, Verification } from '../../../src/index.ts'
import type { KeyStore } from '../../../src/store/store.ts'
import { admin, named, user } from '../../support/actors.ts'
import { fails, withoutLocks } from '../../support/observed-store.ts'
import { type SetUp, setUp } from '../../support/set-up.ts'
import { doorTo } from '../../support/door.ts'

type Keys = KeyManager

/** What is weakened, and the token that shows it. */
interface Scene {
  readonly id: string
  readonly accountId: string
  readonly token: string
}

/** Ways to take trust away. */
interface Kind {
  readonly withdraw: (keys: Keys, scene: Scene) => Promise<unknown>
  /** What its token is answered afterwards, asked for `prompts:write`. */
  readonly answer: Partial<Verification>
  readonly action: string
  /** A write of the same record that leaves it as good as it was. */
  readonly rival: (keys: Keys, scene: Scene, count: number) => Promise<unknown>
  /** Whether the token is the one from before a rotation. */
  readonly isRotating?: boolean
}

const rename: Kind['rival'] = (keys, { id }, count) => keys.update(id, { name: `Name ${count}` })
const renameAccount: Kind['rival'] = (keys, { accountId }, count) =>
  keys.serviceAccounts.update(accountId, { name: `Name ${count}` })
const without = { permissions: ['prompts:read'] } as const

const kinds: Readonly<Record<string, Kind>> = {
  revoke: {
    withdraw: (keys, { id }) => keys.revoke(id),
    answer: { ok: false, code: 'key_revoked' },
    action: 'key.revoked',
    rival: rename,
  },
  disable: {
    withdraw: (keys, { id }) => keys.disable(id),
    answer: { ok: false, code: 'key_disabled' },
    action: 'key.disabled',
    rival: rename,
  },
  'update to fewer permissions': {
    withdraw: (keys, { id }) => keys.update(id, without),
    answer: { ok: false, code: 'insufficient_permission' },
    action: 'key.updated',
    rival: rename,
  },
  'update to an earlier end': {
    withdraw: (keys, { id }) => keys.update(id, { expiresIn: '1ms' }),
    answer: { ok: false, code: 'key_expired' },
    action: 'key.updated',
    rival: rename,
  },
  'rotate without an overlap': {
    withdraw: (keys, { id }) => keys.rotate(id, { overlap: 0 }),
    answer: { ok: false, code: 'key_rotated' },
    action: 'key.rotated',
    rival: rename,
  },
  endOverlap: {
    withdraw: (keys, { id }) => keys.endOverlap(id),
    answer: { ok: false, code: 'key_rotated' },
    action: 'key.overlapEnded',
    rival: rename,
    isRotating: true,
  },
  'serviceAccounts.delete': {
    withdraw: (keys, { accountId }) => keys.serviceAccounts.delete(accountId),
    answer: { ok: false, code: 'key_revoked' },
    action: 'serviceAccount.deleted',
    rival: renameAccount,
  },
  'serviceAccounts.update to fewer permissions': {
    withdraw: (keys, { accountId }) => keys.serviceAccounts.update(accountId, without),
    answer: { ok: false, code: 'owner_lacks_permission' },
    action: 'serviceAccount.updated',
    rival: renameAccount,
  },
}

const context = { permission: 'prompts:write' } as const

/** Two processes on one store, one clock and one bus. */
function twoProcesses(like: (store: KeyStore) => KeyStore = (store) => store): readonly [SetUp, SetUp] {
  const shared = memoryStore()
  const at = testClock()
  return [setUp({ on: like(shared.connect()), at }), setUp({ on: like(shared.connect()), at, seed: 2 })]
}

/** A key of a service account that passes, everywhere cached. */
async function scene(processes: readonly SetUp[], { isRotating = false }: Kind): Promise<Scene> {
  const [{ keys, clock }] = processes as [SetUp]
  const permissions = ['prompts:*'] as const
  const account = await keys.serviceAccounts.create({ name: 'bot', permissions })
  const made = await keys.create({ ...named, owner: { type: 'service', id: account.id }, permissions })
  if (isRotating) await keys.rotate(made.key.id)
  clock.advance(1)
  await clock.advanceAsync(0)
  for (const { keyring } of processes) {
    expect(await keyring.verify(made.token, context)).toMatchObject({ ok: true })
  }
  return { id: made.key.id, accountId: account.id, token: made.token }
}

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  test('is stored while others write the same record in a loop', async () => {
    const processes = twoProcesses()
    const [defender, attacker] = processes
    const made = await scene(processes, kind)
    let stop = false
    let writes = 0
    const loop = async (): Promise<void> => {
      await kind.rival(attacker.keys, made, (writes += 1)).catch(() => (stop = true))
      await new Promise((resolve) => setImmediate(resolve))
      if (!stop) await loop()
    }
    defender.store.before('commit', async () => {
      // Others have written many times since the record was read.
      const before = writes
      await vi.waitUntil(() => stop || writes > before + 30)
    })
    const looping = loop()
    await kind.withdraw(defender.keys, made)
    stop = true
    await looping
    defender.clock.advance(1)
    for (const { keyring } of processes) {
      expect(await keyring.verify(made.token, context)).toMatchObject(kind.answer)
    }
  })

  test('that always loses, on a store that cannot lock, holds here at once and is carried on until it is stored', async () => {
    const processes = twoProcesses(withoutLocks)
    const [defender, attacker] = processes
    const made = await scene(processes, kind)
    let writes = 0
    const { keyring, clock } = defender
    const seen: Verification[] = []
    let [isAttacking, isSeen] = [true, false]
    defender.store.before('commit', async () => {
      if (!isAttacking) return
      if (writes === 1 && !isSeen) {
        isSeen = true
        clock.advance(1)
        seen.push(await keyring.verify(made.token, context))
      }
      await kind.rival(attacker.keys, made, (writes += 1))
    })
    await expect(kind.withdraw(defender.keys, made)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
      action: kind.action,
    })
    // From the first loss on, not only when it gave up.
    expect(seen).toMatchObject([{ ok: false }])
    expect(await keyring.verify(made.token, context)).toMatchObject({ ok: false })
    expect(await attacker.keyring.verify(made.token, context)).toMatchObject({ ok: true })
    isAttacking = false
    await clock.advanceAsync(1_000)
    for (const each of processes) {
      expect(await each.keyring.verify(made.token, context)).toMatchObject(kind.answer)
    }
  })

  test('the store does not confirm holds here, and is stored once the store is back, told once', async () => {
    const told: string[] = []
    const shared = memoryStore()
    const at = testClock()
    const defender = setUp({ on: shared.connect(), at, onEvent: ({ type }) => void told.push(type) })
    const other = setUp({ on: shared.connect(), at, seed: 2 })
    const made = await scene([defender, other], kind)
    told.length = 0
    defender.store.before('commit', fails)
    await expect(kind.withdraw(defender.keys, made)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
      action: kind.action,
      message: expect.stringContaining(kind.action),
    })
    at.advance(1)
    expect(await defender.keyring.verify(made.token, context)).toMatchObject({ ok: false })
    expect(doorTo(defender.keyring).recall('bearer', `Bearer ${made.token}`)).toBeUndefined()
    expect(await other.keyring.verify(made.token, context)).toMatchObject({ ok: true })
    await at.advanceAsync(2_000)
    expect(await other.keyring.verify(made.token, context)).toMatchObject({ ok: true })
    defender.store.before('commit', undefined)
    await at.advanceAsync(2_000)
    expect(await other.keyring.verify(made.token, context)).toMatchObject(kind.answer)
    expect(told.filter((type) => type === kind.action)).toEqual([kind.action])
  })

  test('holds here also when the store cannot even be read', async () => {
    const defender = setUp()
    const made = await scene([defender], kind)
    for (const method of ['find', 'services'] as const) defender.store.before(method, fails)
    await expect(kind.withdraw(defender.keys, made)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    for (const method of ['find', 'services'] as const) defender.store.before(method, undefined)
    defender.clock.advance(1)
    expect(await defender.keyring.verify(made.token, context)).toMatchObject({ ok: false })
  })

  test('by an actor of another workspace, while the store is down, takes nothing from anyone', async () => {
    const all = setUp()
    const made = await scene([all], kind)
    const stranger = all.keyring.as(admin({ workspaceId: 'ws_globex' }))
    for (const method of ['find', 'services'] as const) all.store.before(method, fails)
    await expect(kind.withdraw(stranger, made)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    expect(doorTo(all.keyring).recall('direct', made.token)).toMatchObject({ ok: true })
    for (const method of ['find', 'services'] as const) all.store.before(method, undefined)
    await all.clock.advanceAsync(11_000)
    expect(await all.keyring.verify(made.token, context)).toMatchObject({ ok: true })
  })

  test('of a record of another workspace, or of none, locks nothing', async () => {
    const all = setUp()
    const made = await scene([all], kind)
    const commits = all.store.calls.commit
    const stranger = all.keyring.as(admin({ workspaceId: 'ws_globex' }))
    for (const scene of [made, { ...made, id: '0'.repeat(16), accountId: 'sa_none' }]) {
      await expect(kind.withdraw(stranger, scene)).rejects.toMatchObject({ code: expect.stringContaining('NOT_FOUND') })
    }
    expect(all.store.calls.commit).toBe(commits)
  })

  test('ends with close(), and leaves no timer', async () => {
    const all = setUp()
    const made = await scene([all], kind)
    all.store.before('commit', fails)
    await expect(kind.withdraw(all.keys, made)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    await all.keyring.close()
    expect(all.clock.pending()).toBe(0)
  })
})

describe('what is carried on', () => {
  test('of an update is what it took away; what it would have added is not', async () => {
    const { create, keys, store, clock } = setUp()
    const { key } = await create({ permissions: ['prompts:read', 'prompts:write'] })
    store.before('commit', fails)
    const update = keys.update(key.id, { permissions: ['prompts:read', 'context:download'], name: 'Later' })
    await expect(update).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    store.before('commit', undefined)
    await clock.advanceAsync(2_000)
    expect(await keys.get(key.id)).toMatchObject({ permissions: ['prompts:read'], name: 'Production' })
  })

  test('is only what takes something away: an update that adds is as unavailable as ever', async () => {
    const { create, keys, store, clock } = setUp()
    const { key } = await create({ permissions: ['prompts:read'] })
    store.before('commit', fails)
    for (const input of [{ permissions: ['prompts:*'] }, { name: 'Later' }, { permissions: [], name: 'x' }] as const) {
      const call = keys.update(key.id, input, 'name' in input && input.name === 'x' ? { revision: 1 } : {})
      await expect(call).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    }
    store.before('commit', undefined)
    await clock.advanceAsync(3_000)
    expect(await keys.get(key.id)).toEqual(key)
  })

  test('is overruled by what the same actor settles afterwards', async () => {
    const { create, keys, store, clock } = setUp()
    const [first, second] = [await create(), await create({ permissions: ['prompts:*'] })]
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] })
    store.before('commit', fails)
    const notDurable = { code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' }
    await expect(keys.disable(first.key.id)).rejects.toMatchObject(notDurable)
    await expect(keys.update(second.key.id, without)).rejects.toMatchObject(notDurable)
    await expect(keys.serviceAccounts.update(account.id, without)).rejects.toMatchObject(notDurable)
    store.before('commit', undefined)
    await keys.enable(first.key.id)
    await keys.update(second.key.id, { permissions: ['prompts:read', 'prompts:list'] })
    await keys.serviceAccounts.update(account.id, { permissions: ['prompts:*', 'context:*'] })
    await clock.advanceAsync(3_000)
    expect(await keys.get(first.key.id)).toMatchObject({ status: 'active' })
    expect(await keys.get(second.key.id)).toMatchObject({ permissions: ['prompts:list', 'prompts:read'] })
    expect(await keys.serviceAccounts.get(account.id)).toMatchObject({ permissions: ['context:*', 'prompts:*'] })
  })

  test('is not overruled by another actor', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key } = await create()
    store.before('commit', fails)
    await expect(keyring.as(admin()).disable(key.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    store.before('commit', undefined)
    await keys.enable(key.id)
    await clock.advanceAsync(2_000)
    expect(await keys.get(key.id)).toMatchObject({ status: 'disabled' })
  })

  test('is given up when the key has ended, or is gone', async () => {
    const { create, keys, store, clock } = setUp()
    const { key } = await create()
    store.before('commit', fails)
    await expect(keys.disable(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    store.before('commit', undefined)
    await keys.revoke(key.id)
    await clock.advanceAsync(1_000)
    const finds = store.calls.find
    await clock.advanceAsync(10_000)
    expect(store.calls.find).toBe(finds)
  })

  test('ends the secrets there were, and none of a later rotation', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key, token } = await create()
    store.before('find', fails)
    await expect(keys.rotate(key.id, { overlap: 0 })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    store.before('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_rotated' })
    clock.advance(1)
    const later = await keys.rotate(key.id)
    expect(await keyring.verify(later.token)).toMatchObject({ ok: true })
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_rotated' })
    await clock.advanceAsync(2_000)
    expect(await keyring.verify(later.token)).toMatchObject({ ok: true })
    expect(await keys.get(key.id)).toMatchObject({ status: 'active', secrets: [{ version: 2 }, { version: 1 }] })
  })

  test('ends no overlap that began later', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key, token } = await create()
    await keys.rotate(key.id)
    store.before('find', fails)
    await expect(keys.endOverlap(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    store.before('find', undefined)
    clock.advance(1)
    const second = await keys.rotate(key.id, { overlap: 0 })
    await keys.rotate(key.id, { overlap: '1h' })
    await clock.advanceAsync(2_000)
    expect(await keyring.verify(second.token)).toMatchObject({ ok: true })
    expect(await keyring.verify(token)).toMatchObject({ ok: false })
  })
})

describe('a rotation without an overlap that meets another rotation', () => {
  test('gives no token, and still ends the secrets from before', async () => {
    const [one, other] = twoProcesses()
    const { key, token } = await one.create()
    const held = gate()
    one.store.before('commit', () => held.wait())
    const beaten = one.keys.rotate(key.id, { overlap: 0 })
    await vi.waitUntil(() => held.arrived() === 1)
    const { token: newer } = await other.keys.rotate(key.id, { overlap: '24h' })
    expect(await other.keyring.verify(token)).toMatchObject({ ok: true })
    held.open()
    await expect(beaten).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT' })
    await one.clock.advanceAsync(0)
    for (const { keyring } of [one, other]) {
      expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_rotated' })
      expect(await keyring.verify(newer)).toMatchObject({ ok: true })
    }
  })
})

describe('room for what is not confirmed', () => {
  const madeUp = (index: number): string => String(index).padStart(16, '0')

  const answers = async (keys: Keys, ids: readonly string[]): Promise<readonly string[]> => {
    const codes: string[] = []
    for (const id of ids) {
      await keys.revoke(id).catch(({ code }: { code: string }) => codes.push(code.replace('ERR_CLAVIGER_', '')))
    }
    return codes
  }

  test('is kept for keys that are known here: made-up ids of a member cannot fill it', async () => {
    const { create, keyring, keys, store } = setUp()
    const real = await Promise.all(Array.from({ length: 150 }, () => create()))
    for (const { token } of real) await keyring.verify(token)
    const mallory = keyring.as(user('mallory'))
    store.before('find', fails)
    const ids = Array.from({ length: 250 }, (_, index) => madeUp(index))
    expect(new Set((await answers(mallory, ids)).slice(200))).toEqual(new Set(['UNAVAILABLE']))
    const honest = real.map(({ key }) => key.id)
    expect(new Set(await answers(keys, honest))).toEqual(new Set(['REVOCATION_NOT_DURABLE']))
    for (const { token } of real) expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
  })

  test('is shared among actors, whatever the number of keys one acts with', async () => {
    const all = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const { keyring, store } = all
    const many = Array.from({ length: 20 }, (_, index) =>
      keyring.as({
        ...user(madeUp(index)),
        type: 'key',
        owner: { type: 'user', id: 'mallory' },
        permissions: ['keys:manage'],
      }),
    )
    await keyring.ready()
    store.before('find', fails)
    for (const [index, mallory] of many.entries()) {
      await answers(
        mallory,
        Array.from({ length: 15 }, (_, count) => madeUp(1_000 * (index + 1) + count)),
      )
    }
    const honest = await answers(
      keyring.as(admin()),
      Array.from({ length: 120 }, (_, index) => madeUp(100_000 + index)),
    )
    expect(honest.filter((code) => code === 'REVOCATION_NOT_DURABLE').length).toBeGreaterThanOrEqual(99)
  })
})

test('a member who may not rotate a key does not make this process end its secrets either', async () => {
  const { create, keyring, store } = setUp()
  const { token, key } = await create({ owner: { type: 'user', id: 'bob' } })
  await keyring.verify(token)
  const boss = keyring.as(user('ada', { can: { listAll: true } }))
  store.before('find', fails)
  await expect(boss.rotate(key.id, { overlap: 0 })).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
  })
  store.before('find', undefined)
  expect(await keyring.verify(token)).toMatchObject({ ok: true })
})
