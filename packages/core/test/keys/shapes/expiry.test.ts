import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { setUp } from '../../support/set-up.ts'

const day = 86_400_000

describe('when a key ends', () => {
  test.each([
    ['2030-01-31T12:00:00Z', Date.UTC(2030, 0, 31, 12)],
    ['2030-01-31T12:00:00.5Z', Date.UTC(2030, 0, 31, 12, 0, 0, 500)],
    ['2030-01-31T12:00:00.123456789Z', Date.UTC(2030, 0, 31, 12, 0, 0, 123)],
    ['2030-01-31T12:00:00+02:00', Date.UTC(2030, 0, 31, 10)],
    ['2030-01-31T00:30:00-23:59', Date.UTC(2030, 1, 1, 0, 29)],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
    [new Date(Date.UTC(2030, 0, 1)), Date.UTC(2030, 0, 1)],
    [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 1)],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('is read from %j', async (expiresAt, expected) => {
    const { create, keys } = setUp()
    const { key } = await create({ expiresAt })
    expect(key.expiresAt).toEqual(new Date(expected))
    expect((await keys.update(key.id, { expiresAt: null })).expiresAt).toBeNull()
    expect((await keys.update(key.id, { expiresAt })).expiresAt).toEqual(new Date(expected))
  })

  test.each([
    ['the past', new Date(Date.UTC(2024, 0, 1))],
    ['now', new Date(Date.UTC(2025, 0, 1))],
    ['a day that does not exist', '2030-02-30T00:00:00Z'],
    ['29 February of no leap year', '2030-02-29T00:00:00Z'],
    ['31 April', '2030-04-31T00:00:00Z'],
    ['month 13', '2030-13-01T00:00:00Z'],
    ['day 0', '2030-01-00T00:00:00Z'],
    ['hour 24', '2030-01-01T24:00:00Z'],
    ['minute 60', '2030-01-01T00:60:00Z'],
    ['a leap second', '2030-12-31T23:59:60Z'],
    ['no zone', '2030-01-31T12:00:00'],
    ['only a day', '2030-01-31'],
    ['a zone that does not exist', '2030-01-31T12:00:00+24:00'],
    ['a space', '2030-01-31 12:00:00Z'],
    ['small letters', '2030-01-31t12:00:00z'],
    ['something around it', ' 2030-01-31T12:00:00Z'],
    ['a line end', '2030-01-31T12:00:00Z\n'],
    ['words', 'tomorrow'],
    ['a number in text', '1893456000000'],
    ['nothing', ''],
    ['seconds for milliseconds', 1_893_456_000],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a negative number', -1],
    ['a fraction', Date.UTC(2030, 0, 1) + 0.5],
    ['year 275760', new Date(8_640_000_000_000_000)],
    ['year 10000', 253_402_300_800_000],
    ['a signed year', '+010000-01-01T00:00:00Z'],
    ['an invalid Date', new Date(Number.NaN)],
    ['a list', [2030]],
    ['an object', { valueOf: () => Date.UTC(2030, 0, 1) }],
    ['true', true],
  ])('is refused when it is %s', async (_, expiresAt) => {
    const { create, keys, store } = setUp()
    const refused = { code: 'ERR_CLAVIGER_VALIDATION', field: 'expiresAt', policy: undefined }
    await expect(create({ expiresAt: expiresAt as never })).rejects.toMatchObject(refused)
    expect(store.calls.commit).toBeUndefined()
    const { key } = await create()
    await expect(keys.update(key.id, { expiresAt: expiresAt as never })).rejects.toMatchObject(refused)
    expect((await keys.get(key.id)).expiresAt).toBeNull()
  })

  test('may be said as a time from now', async () => {
    const { create, keys, clock } = setUp()
    const { key } = await create({ expiresIn: '90d' })
    expect(key.expiresAt).toEqual(new Date(clock.now() + 90 * day))
    clock.advance(1_000)
    expect((await keys.update(key.id, { expiresIn: '500ms' })).expiresAt).toEqual(new Date(clock.now() + 500))
  })

  test.each([0, '0d', '-1d', '1.5h', '1y', '', null, Number.NaN, Number.MAX_SAFE_INTEGER, '9999999999w'])(
    'is refused when it is %j from now',
    async (expiresIn) => {
      const { create, keys } = setUp()
      const refused = { code: 'ERR_CLAVIGER_VALIDATION', field: 'expiresIn' }
      await expect(create({ expiresIn: expiresIn as never })).rejects.toMatchObject(refused)
      const { key } = await create()
      await expect(keys.update(key.id, { expiresIn: expiresIn as never })).rejects.toMatchObject(refused)
    },
  )

  test('is said in one way or the other, not both', async () => {
    const { create } = setUp()
    for (const expiresAt of [null, new Date(Date.UTC(2030, 0, 1))]) {
      await expect(create({ expiresAt, expiresIn: '1d' })).rejects.toMatchObject({ field: 'expiresIn' })
    }
  })

  test('the key is refused from its very end on', async () => {
    const { create, keyring, keys, clock } = setUp()
    const { key, token } = await create({ expiresIn: '10ms' })
    clock.advance(9)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    clock.advance(1)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_expired' })
    expect(await keys.get(key.id)).toMatchObject({ status: 'expired' })
    expect(await keys.revoke(key.id)).toMatchObject({ status: 'revoked' })
  })
})

describe('with policy.maxLifetime', () => {
  test('an update stays within it, counted from the creation of the current secret', async () => {
    const { create, keys, clock } = setUp({ policy: { maxLifetime: '10d' } })
    const { key } = await create({ expiresIn: '10d' })
    clock.advance(day)
    const refused = { code: 'ERR_CLAVIGER_VALIDATION', field: 'expiresAt', policy: 'maxLifetime' }
    await expect(keys.update(key.id, { expiresAt: null })).rejects.toMatchObject(refused)
    await expect(keys.update(key.id, { expiresAt: clock.now() + 9 * day + 1 })).rejects.toMatchObject(refused)
    expect(await keys.update(key.id, { expiresIn: '8d' })).toMatchObject({ revision: 2 })
    expect(await keys.update(key.id, { expiresIn: '9d' })).toMatchObject({ revision: 3 })
  })

  test('a rotation restarts the time', async () => {
    const { create, keys, clock } = setUp({ policy: { maxLifetime: '10d' } })
    const { key } = await create({ expiresIn: '10d' })
    clock.advance(5 * day)
    await keys.rotate(key.id, { overlap: 0 })
    expect(await keys.update(key.id, { expiresIn: '10d' })).toMatchObject({
      expiresAt: new Date(clock.now() + 10 * day),
    })
  })

  test('an older key without an end is not stuck: it may still be renamed and narrowed', async () => {
    const shared = memoryStore()
    const before = setUp({ on: shared.connect() })
    const { key } = await before.create()
    const { keys } = setUp({ on: shared.connect(), at: before.clock, policy: { maxLifetime: '10d' } })
    expect(await keys.update(key.id, { name: 'Renamed', expiresAt: null })).toMatchObject({ name: 'Renamed' })
  })
})
