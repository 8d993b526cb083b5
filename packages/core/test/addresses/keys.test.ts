import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { type Actor, type ApiKey, ConfigurationError, keyActor, KeyRefusedError } from '../../src/index.ts'
import { doorOf } from '../../src/door.ts'
import type { Accepted } from '../../src/verification/verification.ts'
import { addressRefusal, limitToAddresses } from '../../src/verify/allowed-addresses.ts'
import { areAlike } from '../../src/verify/judge.ts'
import { fails } from '../support/observed-store.ts'
import { type SetUp, setUp } from '../support/set-up.ts'

const office = '203.0.113.0/24'
const inOffice = { address: '203.0.113.7' }
const elsewhere = { address: '203.0.114.7' }
const refused = (id: string) => ({ ok: false, code: 'address_not_allowed', keyId: id })
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
const everything = ['*:*', 'keys:manage'] as never

async function apiKeyOf({ keyring }: Pick<SetUp, 'keyring'>, token: string, address?: string): Promise<ApiKey> {
  const verification = await keyring.verify(token, { address })
  if (!verification.ok) throw new Error(verification.code)
  return verification.apiKey
}

/** Someone who holds less than the keys that are made here. */
const bob: Actor = {
  type: 'user',
  id: 'bob',
  workspaceId: 'ws_acme',
  permissions: ['prompts:read'],
  can: { listAll: true },
}
const ada: Actor = { ...bob, id: 'ada', permissions: ['*:*'] }

describe('a key that works from some addresses only', () => {
  test('is verified for an address, cold and from memory', async () => {
    const { create, keyring } = setUp()
    const { key, token } = await create({ allowedAddresses: [office] })
    for (let round = 0; round < 2; round += 1) {
      expect(await keyring.verify(token, inOffice)).toMatchObject({ ok: true })
      expect(await keyring.verify(token, { address: '::ffff:203.0.113.7' })).toMatchObject({ ok: true })
      expect(await keyring.verify(token, elsewhere)).toEqual(refused(key.id))
    }
  })

  test('is refused where the address is not known', async () => {
    const { create, keyring } = setUp()
    const { key, token } = await create({ allowedAddresses: [office] })
    for (const use of [
      undefined,
      {},
      { address: undefined },
      { address: null },
      { address: '' },
      { address: 'unix:' },
    ]) {
      expect(await keyring.verify(token, use)).toEqual(refused(key.id))
    }
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toEqual(refused(key.id))
    expect(await keyring.verify(token, { ...inOffice, permission: 'prompts:read' })).toMatchObject({ ok: true })
    expect(await keyring.verify(token, { ...inOffice, permission: 'prompts:write' })).toMatchObject({
      code: 'insufficient_permission',
    })
  })

  test('may be limited to one family: any IPv4 address is no IPv6 address', async () => {
    const { create, keyring } = setUp()
    const four = await create({ allowedAddresses: ['0.0.0.0/0'] })
    const six = await create({ allowedAddresses: ['::/0'] })
    for (const [token, address, ok] of [
      [four.token, '1.2.3.4', true],
      [four.token, '2001:db8::1', false],
      [six.token, '2001:db8::1', true],
      [six.token, '1.2.3.4', false],
      [six.token, '::ffff:1.2.3.4', false],
    ] as const) {
      expect(await keyring.verify(token, { address }), address).toMatchObject({ ok })
    }
  })

  test.each([7, {}, ['203.0.113.7'], true])(
    'an address that is not text is a mistake of the caller: %j',
    async (address) => {
      const { create, keyring } = setUp()
      const { token } = await create()
      await expect(keyring.verify(token, { address: address as never })).rejects.toThrow(ConfigurationError)
    },
  )

  test('tells its state first', async () => {
    const { create, keyring, keys } = setUp()
    const { key, token } = await create({ allowedAddresses: [office] })
    await keys.disable(key.id)
    expect(await keyring.verify(token, elsewhere)).toMatchObject({ code: 'key_disabled' })
  })

  test('keeps its addresses through every change of something else', async () => {
    const { create, keyring, keys, clock } = setUp()
    const { key, token } = await create({ allowedAddresses: [office], permissions: ['prompts:read'] as never })
    await keys.update(key.id, { name: 'Renamed' })
    await keys.update(key.id, { permissions: [] })
    await keys.disable(key.id)
    await keys.enable(key.id)
    await keys.transfer(key.id, { type: 'user', id: 'bob' })
    const rotated = await keys.rotate(key.id, { overlap: '1h' })
    expect(rotated.key.allowedAddresses).toEqual([office])
    await clock.advanceAsync(1_000)
    for (const each of [token, rotated.token]) {
      expect(await keyring.verify(each, inOffice)).toMatchObject({ ok: true })
      expect(await keyring.verify(each, elsewhere)).toEqual(refused(key.id))
    }
  })

  test('is shown with its addresses, normalised, sorted, each once', async () => {
    const { create, keys } = setUp()
    const { key } = await create({
      allowedAddresses: ['2001:0DB8::/32', '203.0.113.7', '::ffff:203.0.113.7', '10.1.2.3/8', '10.0.0.0/8'],
    })
    expect(key.allowedAddresses).toEqual(['10.0.0.0/8', '2001:db8::/32', '203.0.113.7'])
    expect((await keys.get(key.id)).allowedAddresses).toEqual(key.allowedAddresses)
  })

  test.each<[string, unknown]>([
    ['allowedAddresses[0]', ['10.0.0.1/33']],
    ['allowedAddresses[1]', ['::1', '010.0.0.1']],
    ['allowedAddresses[0]', ['1.2.3']],
    ['allowedAddresses[0]', ['1.2.3.4 ']],
    ['allowedAddresses[1]', Object.assign(['::1'], { 2: '::2' })],
    ['allowedAddresses', Array.from({ length: 51 }, (_, index) => `10.0.0.${index}`)],
    ['allowedAddresses', '10.0.0.0/8'],
    ['allowedAddresses', null],
  ])('is not made with what is no address: %s', async (field, allowedAddresses) => {
    const { create, keys } = setUp()
    await expect(create({ allowedAddresses: allowedAddresses as never })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
      field,
    })
    const { key } = await create()
    await expect(keys.update(key.id, { allowedAddresses: allowedAddresses as never })).rejects.toMatchObject({ field })
  })

  test('is limited by a change within a poll, in every process', async () => {
    const store = memoryStore()
    const world = setUp({ on: store })
    const other = setUp({ on: store, at: world.clock, seed: 2 })
    const { key, token } = await world.create()
    expect(await other.keyring.verify(token)).toMatchObject({ ok: true })
    await world.keys.update(key.id, { allowedAddresses: [office] })
    expect(await world.keyring.verify(token, elsewhere)).toEqual(refused(key.id))
    await world.clock.advanceAsync(1_000)
    expect(await other.keyring.verify(token, elsewhere)).toEqual(refused(key.id))
    expect(await other.keyring.verify(token, inOffice)).toMatchObject({ ok: true })
    await world.keys.update(key.id, { allowedAddresses: [] })
    await world.clock.advanceAsync(1_000)
    expect(await other.keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('is limited here before the store has confirmed it', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key, token } = await create()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    store.before('commit', fails)
    const asked = expect(keys.update(key.id, { allowedAddresses: [office] })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    await clock.advanceAsync(3_000)
    await asked
    expect(await keyring.verify(token, elsewhere)).toEqual(refused(key.id))
    expect(await keyring.verify(token, inOffice)).toMatchObject({ ok: true })
  })

  test('logs what was changed, before and after', async () => {
    const { create, keys } = setUp()
    const { key } = await create({ allowedAddresses: [office] })
    await keys.update(key.id, { allowedAddresses: [] })
    await create()
    const { items } = await keys.activity()
    expect(
      items.map(({ action, before, after }) => [action, before?.['allowedAddresses'], after?.['allowedAddresses']]),
    ).toEqual(
      expect.arrayContaining([
        ['key.updated', [office], []],
        ['key.created', undefined, [office]],
        ['key.created', undefined, undefined],
      ]),
    )
  })

  test('is verified again when only its addresses change', async () => {
    const { create, keyring, keys } = setUp()
    const { key, token } = await create()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await keys.update(key.id, { allowedAddresses: [office] })
    expect(await keyring.verify(token)).toEqual(refused(key.id))
    await keys.update(key.id, { allowedAddresses: ['198.51.100.7'] })
    expect(await keyring.verify(token, inOffice)).toEqual(refused(key.id))
    expect(await keyring.verify(token, { address: '198.51.100.7' })).toMatchObject({ ok: true })
  })
})

test('what one spelling of a key led to does not widen what another one leads to', async () => {
  const store = memoryStore()
  const { keyring, create, clock, store: seen } = setUp({ on: store })
  const { key, token } = await create()
  expect(await keyring.verify(token, elsewhere)).toMatchObject({ ok: true })
  // Another process narrows it, and this one has not learned about that.
  seen.before('poll', fails)
  const other = setUp({ on: store.connect(), at: clock, seed: 2 })
  await other.keys.update(key.id, { allowedAddresses: [office] })
  const { check } = doorOf(keyring) ?? {}
  const verification = await check?.('bearer', `Bearer ${token}`)
  expect(verification !== undefined && addressRefusal(verification, elsewhere.address)).toEqual(refused(key.id))
})

test('verifications that are limited to different addresses do not stand for each other', () => {
  const limited = (list: readonly string[]): Accepted => {
    const verification = { ok: true, apiKey: {}, endsAt: null } as unknown as Accepted
    limitToAddresses(verification, list)
    return verification
  }
  const lists = [[], [office], [office, '::1'], ['::1']]
  for (const [index, list] of lists.entries()) {
    for (const [place, other] of lists.entries()) {
      expect(areAlike(limited(list), limited(other))).toBe(index === place)
    }
  }
})

describe('the ceiling of addresses', () => {
  test.each([
    ['adds an entry', ['198.51.100.7', office]],
    ['takes all away', []],
    ['writes a larger range', ['203.0.112.0/23']],
    ['writes another', ['198.51.100.7']],
  ])('an actor who does not hold what the key holds and %s is refused', async (_, allowedAddresses) => {
    const { create, keyring, keys } = setUp()
    const { key } = await create({ allowedAddresses: [office] })
    await expect(keyring.as(bob).update(key.id, { allowedAddresses })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
    })
    expect((await keys.get(key.id)).allowedAddresses).toEqual([office])
    expect(await keyring.as(ada).update(key.id, { allowedAddresses })).toMatchObject({ allowedAddresses })
  })

  test.each([
    ['an entry less', [office, '198.51.100.7'], [office]],
    ['a part of a range', [office], ['203.0.113.7']],
    ['some, where it was any', [], [office]],
    ['the same in other words', ['203.0.113.0/25', '203.0.113.128/25'], [office]],
  ])('an actor who may change the key may narrow it: %s', async (_, before, allowedAddresses) => {
    const { create, keyring } = setUp()
    const { key } = await create({ allowedAddresses: before })
    expect(await keyring.as(bob).update(key.id, { allowedAddresses })).toMatchObject({ allowedAddresses })
  })

  test('a key hands out nothing that works from more addresses than it does', async () => {
    const world = setUp({ resolveOwner: () => everything })
    const { create, keyring } = world
    const { token } = await create({ allowedAddresses: [office], permissions: everything })
    const keys = keyring.as(keyActor(await apiKeyOf(world, token, '203.0.113.7')))
    const input = { name: 'Child', environment: 'production' }
    expect((await keys.create(input)).key.allowedAddresses).toEqual([office])
    expect((await keys.create({ ...input, allowedAddresses: ['203.0.113.7'] })).key.allowedAddresses).toEqual([
      '203.0.113.7',
    ])
    for (const allowedAddresses of [[], ['0.0.0.0/0'], [office, '198.51.100.7']]) {
      await expect(keys.create({ ...input, allowedAddresses })).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_FORBIDDEN',
        subject: 'allowedAddresses',
      })
    }
  })

  test('a key that acts gives no key that works from more addresses to another owner', async () => {
    const world = setUp({ resolveOwner: () => everything })
    const { create, keyring } = world
    const { token } = await create({ allowedAddresses: [office], permissions: everything })
    const own = await create({ allowedAddresses: ['203.0.113.7'], permissions: ['prompts:read'] as never })
    const wider = await create({ permissions: ['prompts:read'] as never })
    const apiKey = await apiKeyOf(world, token, '203.0.113.7')
    const keys = keyring.as({ ...keyActor(apiKey), can: { manageServiceAccounts: true } })
    const robot = { type: 'service', id: 'robot' } as const
    await expect(keys.transfer(wider.key.id, robot)).rejects.toMatchObject({ subject: 'allowedAddresses' })
    expect(await keys.transfer(own.key.id, robot)).toMatchObject({ owner: robot })
  })

  test('a key that acts and has addresses makes no service accounts, whose keys may work from anywhere', async () => {
    const world = setUp({ resolveOwner: () => everything })
    const { token } = await world.create({ allowedAddresses: [office], permissions: everything })
    const { environment: _, ...unbound } = keyActor(await apiKeyOf(world, token, '203.0.113.7'))
    const { serviceAccounts } = world.keyring.as({ ...unbound, can: { manageServiceAccounts: true } })
    await expect(serviceAccounts.create({ name: 'Robot', permissions: [] })).rejects.toMatchObject({
      subject: 'manageServiceAccounts',
    })
  })

  test('a key that acts cannot free itself, nor another, of its addresses', async () => {
    const world = setUp({ resolveOwner: () => everything })
    const { create, keyring } = world
    const { key, token } = await create({ allowedAddresses: [office], permissions: everything })
    const other = await create({ permissions: ['prompts:read'] as never })
    const keys = keyring.as(keyActor(await apiKeyOf(world, token, '203.0.113.7')))
    await expect(keys.update(key.id, { allowedAddresses: [] })).rejects.toMatchObject({
      code: expect.stringMatching(/FORBIDDEN|CEILING/),
    })
    await expect(keys.rotate(other.key.id)).rejects.toMatchObject({ subject: 'allowedAddresses' })
    expect(await keys.rotate(key.id)).toMatchObject({ key: { allowedAddresses: [office] } })
  })

  test('a key that acts takes over no key that works from more addresses than it does', async () => {
    const world = setUp({ resolveOwner: () => everything })
    const { create, keyring } = world
    const { key, token } = await create({ allowedAddresses: [office], permissions: everything })
    const acting = keyActor(await apiKeyOf(world, token, '203.0.113.7'), { can: { listAll: true } })
    const { owner } = key
    const others = { owner: { type: 'user', id: 'somebody' }, permissions: ['prompts:read'] as never } as const
    const anywhere = await create(others)
    const within = await create({ ...others, allowedAddresses: ['203.0.113.7'] })
    await expect(keyring.as(acting).transfer(anywhere.key.id, owner)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'allowedAddresses',
    })
    expect(await keyring.as(acting).transfer(within.key.id, owner)).toMatchObject({ owner })
  })
})

describe('keyring.watch of a key with addresses', () => {
  const codeOf = ({ reason }: AbortSignal): unknown =>
    reason instanceof KeyRefusedError ? reason.refusal.code : undefined
  const watched = async (before: readonly string[], after: readonly string[], options?: { address?: string }) => {
    const world = setUp()
    const { key, token } = await world.create({ allowedAddresses: before })
    const signal = world.keyring.watch(await apiKeyOf(world, token, '203.0.113.7'), options)
    await turn()
    expect(signal.aborted).toBe(false)
    await world.keys.update(key.id, { allowedAddresses: after })
    await turn()
    await world.keyring.close()
    return codeOf(signal)
  }

  test('ends what was opened from an address that is taken from the key', async () => {
    expect(await watched([office], ['203.0.113.1'], inOffice)).toBe('address_not_allowed')
    expect(await watched([], ['203.0.113.1'], inOffice)).toBe('address_not_allowed')
  })

  test('goes on while the address is allowed, whatever else is taken', async () => {
    expect(await watched([office, '198.51.100.7'], [office], inOffice)).toBeUndefined()
  })

  test('that was told no address ends as soon as any is taken, and not when one is added', async () => {
    expect(await watched([office, '198.51.100.7'], [office])).toBe('address_not_allowed')
    expect(await watched([], [office])).toBe('address_not_allowed')
    expect(await watched([office], [office, '198.51.100.7'])).toBeUndefined()
  })

  test('knows what was taken between the verification and the watch', async () => {
    const world = setUp()
    const { key, token } = await world.create({ allowedAddresses: [office] })
    const apiKey = await apiKeyOf(world, token, '203.0.113.7')
    await world.keys.update(key.id, { allowedAddresses: ['203.0.113.1'] })
    const signal = world.keyring.watch(apiKey)
    await turn()
    expect(codeOf(signal)).toBe('address_not_allowed')
  })
})

test('a diagnosis tells from where a key works, and judges an address that it is given', async () => {
  const { create, keys } = setUp()
  const { token } = await create({ allowedAddresses: [office] })
  const detail = `It works from ${office} only; from where the request came was not said.`
  expect((await keys.diagnose(token)).checks).toContainEqual({ check: 'address', ok: true, detail })
  expect(await keys.diagnose(token, inOffice)).toMatchObject({ ok: true })
  expect(await keys.diagnose(token, elsewhere)).toMatchObject({ ok: false, code: 'address_not_allowed' })
})
