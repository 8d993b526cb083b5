import { type KeyQuery, type KeyRecord, type KeyStatus, matchesQuery } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord, testSecret } from '../records.ts'
import { committed, listedIds, start, stored, update, usageEntry } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const at = start + 1_000
const previous = testSecret({ version: 1, endsAt: at })
const current = testSecret({ version: 2 })

/** One key per state, on both sides of each instant that decides. Named after what they are at `at`. */
const population: Readonly<Record<string, Partial<KeyRecord>>> = {
  active: {},
  activeStill: { expiresAt: at + 1 },
  activeAfterOverlap: { secrets: [current, previous] },
  rotating: { secrets: [current, { ...previous, endsAt: at + 1 }] },
  disabled: { disabledAt: start },
  expiredJustNow: { expiresAt: at },
  expiredAndDisabled: { expiresAt: at - 1, disabledAt: start },
  revoked: { revokedAt: start },
  revokedAndExpired: { revokedAt: start, expiresAt: start, disabledAt: start },
  revokedWhileRotating: { revokedAt: start, secrets: [current, { ...previous, endsAt: at + 1 }] },
}
const names = Object.keys(population)
const records = Object.values(population).map((overrides, index) => testRecord({ id: testKeyId(index), ...overrides }))

/** Every filter alone, and together. `matchesQuery` of core is their meaning. */
export const filters: ContractGroup = {
  title: 'listing with filters',
  define(test) {
    const expectedByStatus: Readonly<Record<KeyStatus, readonly string[]>> = {
      active: ['active', 'activeStill', 'activeAfterOverlap'],
      rotating: ['rotating'],
      disabled: ['disabled'],
      expired: ['expiredJustNow', 'expiredAndDisabled'],
      revoked: ['revoked', 'revokedAndExpired', 'revokedWhileRotating'],
    }
    for (const [status, expected] of Object.entries(expectedByStatus) as [KeyStatus, readonly string[]][]) {
      test(`lists what is ${status} at the exact instant`, async ({ store }) => {
        await stored(store, ...records)
        const listed = await listedIds(store, { at, statuses: [status] })
        assert.deepEqual(
          listed.map((id) => names[records.findIndex((record) => record.id === id)]),
          expected,
        )
      })
    }

    test('lists any of several statuses, and nothing for none', async ({ store }) => {
      await stored(store, ...records)
      assert.equal((await listedIds(store, { at, statuses: ['active', 'revoked'] })).length, 6)
      assert.equal(
        (await listedIds(store, { at, statuses: ['active', 'rotating', 'disabled', 'expired', 'revoked'] })).length,
        10,
      )
      assert.deepEqual(await listedIds(store, { at, statuses: [] }), [])
    })

    test('judges statuses at the instant asked for, not at its own now', async ({ store }) => {
      await stored(store, testRecord({ expiresAt: at }))
      assert.deepEqual(await listedIds(store, { at: at - 1, statuses: ['active'] }), [testKeyId(1)])
      assert.deepEqual(await listedIds(store, { at, statuses: ['active'] }), [])
    })

    test('lists by environment', async ({ store }) => {
      await stored(store, testRecord({ id: testKeyId(1) }), testRecord({ id: testKeyId(2), environment: 'staging' }))
      assert.deepEqual(await listedIds(store, { environments: ['staging'] }), [testKeyId(2)])
      assert.deepEqual(await listedIds(store, { environments: ['stag'] }), [])
      assert.deepEqual(await listedIds(store, { environments: ['stag', 'staging'] }), [testKeyId(2)])
      assert.deepEqual(await listedIds(store, { environments: ['production', 'staging'] }), [1, 2].map(testKeyId))
      assert.deepEqual(await listedIds(store, { environments: [] }), [])
    })

    test('lists by owner id, of users and service accounts alike', async ({ store }) => {
      await stored(
        store,
        testRecord({ id: testKeyId(1), owner: { type: 'user', id: 'ada' } }),
        testRecord({ id: testKeyId(2), owner: { type: 'service', id: 'ada' } }),
        testRecord({ id: testKeyId(3), owner: { type: 'user', id: 'bob' } }),
      )
      assert.deepEqual(await listedIds(store, { ownerIds: ['ada'] }), [testKeyId(1), testKeyId(2)])
      assert.deepEqual(await listedIds(store, { ownerIds: ['bob', 'nobody', 'ada'] }), [1, 2, 3].map(testKeyId))
      assert.deepEqual(await listedIds(store, { ownerIds: [] }), [])
    })

    // What an actor may see. An empty list is the actor who may see nothing: it must not mean "no filter".
    test('lists only keys of visible owners, by type and id or by type alone, and none for an empty list', async ({
      store,
    }) => {
      await stored(
        store,
        testRecord({ id: testKeyId(1), owner: { type: 'user', id: 'ada' } }),
        testRecord({ id: testKeyId(2), owner: { type: 'service', id: 'ada' } }),
        testRecord({ id: testKeyId(3), owner: { type: 'user', id: 'bob' } }),
        testRecord({ id: testKeyId(4), owner: { type: 'service', id: 'ci' } }),
      )
      const visible = (...visibleOwners: NonNullable<KeyQuery['visibleOwners']>): Promise<readonly string[]> =>
        listedIds(store, { visibleOwners })
      assert.deepEqual(await visible({ type: 'user', id: 'ada' }), [testKeyId(1)])
      assert.deepEqual(await visible({ type: 'service' }), [testKeyId(2), testKeyId(4)])
      assert.deepEqual(await visible({ type: 'user', id: 'bob' }, { type: 'service' }), [2, 3, 4].map(testKeyId))
      assert.deepEqual(await visible(), [])
      assert.deepEqual(await listedIds(store, { visibleOwners: [{ type: 'user', id: 'ada' }], ownerIds: ['bob'] }), [])
    })

    test('lists keys whose rotation is due, by the current secret alone', async ({ store }) => {
      const secretMadeAt = (createdAt: number): KeyRecord['secrets'] => [{ ...current, createdAt }]
      await stored(
        store,
        testRecord({ id: testKeyId(1), secrets: secretMadeAt(at - 1) }),
        testRecord({ id: testKeyId(2), secrets: secretMadeAt(at) }),
        testRecord({
          id: testKeyId(3),
          secrets: [
            { ...current, createdAt: at },
            { ...previous, createdAt: start },
          ],
        }),
      )
      const attention = [{ type: 'rotationDue', secretCreatedBefore: at } as const]
      assert.deepEqual(await listedIds(store, { attention }), [testKeyId(1)])
    })

    test('lists keys that expire soon, and none that never does', async ({ store }) => {
      await stored(
        store,
        testRecord({ id: testKeyId(1), expiresAt: at - 1 }),
        testRecord({ id: testKeyId(2), expiresAt: at }),
        testRecord({ id: testKeyId(3) }),
      )
      assert.deepEqual(await listedIds(store, { attention: [{ type: 'expiring', expiresBefore: at }] }), [testKeyId(1)])
    })

    test('lists keys whose owner is gone', async ({ store }) => {
      await stored(store, testRecord({ id: testKeyId(1), ownerGoneAt: start }), testRecord({ id: testKeyId(2) }))
      assert.deepEqual(await listedIds(store, { attention: [{ type: 'ownerGone' }] }), [testKeyId(1)])
    })

    test('lists keys never used, if they are old enough', async ({ store }) => {
      await stored(
        store,
        testRecord({ id: testKeyId(1), createdAt: at - 1 }),
        testRecord({ id: testKeyId(2), createdAt: at }),
      )
      assert.deepEqual(await listedIds(store, { attention: [{ type: 'neverUsed', createdBefore: at }] }), [
        testKeyId(1),
      ])
    })

    test('tells unused keys from never used ones by what addUsage told', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      await stored(store, ...[1, 2, 3].map((number) => testRecord({ id: testKeyId(number) })))
      await addUsage({
        instanceId: 'a',
        sequence: 1,
        entries: [
          usageEntry({ keyId: testKeyId(1), lastUsedAt: at - 1 }),
          usageEntry({ keyId: testKeyId(2), lastUsedAt: at }),
        ],
      })
      assert.deepEqual(await listedIds(store, { attention: [{ type: 'unused', lastUsedBefore: at }] }), [testKeyId(1)])
      const either = [
        { type: 'neverUsed', createdBefore: at },
        { type: 'unused', lastUsedBefore: at },
      ] as const
      assert.deepEqual(await listedIds(store, { attention: either }), [testKeyId(1), testKeyId(3)])
      assert.deepEqual(await listedIds(store, { attention: [] }), [])
      assert.deepEqual(await listedIds(store, { attention: [{ type: 'neverUsed', createdBefore: at }] }), [
        testKeyId(3),
      ])
    })

    test('finds a key by its whole id, by the end of its current token, by the beginning of its name', async ({
      store,
    }) => {
      const hinted = (hint: string): KeyRecord['secrets'] => [
        { ...current, hint },
        { ...previous, hint: 'acme_production_0000\u2026prev' },
      ]
      await stored(
        store,
        testRecord({ id: 'id00000000000001', name: 'Billing', secrets: hinted('acme_production_7Fq2\u2026aXc9') }),
        testRecord({ id: 'id00000000000002', name: 'Build server', secrets: hinted('acme_production_7Fq2\u2026AxC9') }),
        testRecord({
          id: 'id00000000000003',
          name: '\u00c4rger mit B',
          secrets: hinted('acme_production_7Fq2\u2026zzzz'),
        }),
      )
      const found = async (search: string): Promise<readonly string[]> =>
        (await listedIds(store, { search })).map((id) => id.slice(-1))
      assert.deepEqual(await found('id00000000000002'), ['2'])
      assert.deepEqual(await found('id0000000000000'), [], 'a part of an id is no id')
      assert.deepEqual(await found('ID00000000000002'), [], 'ids are case-sensitive')
      assert.deepEqual(await found('aXc9'), ['1'])
      assert.deepEqual(await found('prev'), [], 'the previous token is not the current one')
      assert.deepEqual(await found('7Fq2'), [], 'only the last four characters count')
      assert.deepEqual(await found('b'), ['1', '2'])
      assert.deepEqual(await found('BUILD S'), ['2'])
      assert.deepEqual(await found('server'), [], 'only the beginning of the name counts')
      assert.deepEqual(await found('\u00e4RGER'), ['3'], 'letter case beyond ASCII')
    })

    test('takes search text literally, whatever it means to a database', async ({ store }) => {
      const texts = ['100%', '_x', `it's`, 'a\\b', '[a]', '*', '^a', 'a"b', '${x}']
      const decoys = texts.map((_, index) => testRecord({ id: testKeyId(100 + index), name: `decoy ${index}` }))
      await stored(store, ...texts.map((name, index) => testRecord({ id: testKeyId(index), name })), ...decoys)
      for (const [index, search] of texts.entries()) {
        assert.deepEqual(await listedIds(store, { search }), [testKeyId(index)], JSON.stringify(search))
      }
      for (const search of ['%', '__', '%%', '.', '\\', `' or '1'='1`])
        assert.deepEqual(await listedIds(store, { search }), [])
    })

    test('follows a key as it changes from one state to the next', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      await committed(store, update(record, { disabledAt: start, name: 'Renamed', ownerGoneAt: start }))
      assert.deepEqual(
        await listedIds(store, { statuses: ['disabled'], search: 'ren', attention: [{ type: 'ownerGone' }] }),
        [record.id],
      )
      assert.deepEqual(await listedIds(store, { statuses: ['active'] }), [])
      assert.deepEqual(await listedIds(store, { search: 'prod' }), [])
      await committed(store, update({ ...record, revision: 2 }, {}))
      assert.deepEqual(await listedIds(store, { statuses: ['active'], search: 'prod' }), [record.id])
      assert.deepEqual(await listedIds(store, { attention: [{ type: 'ownerGone' }] }), [])
    })

    test('holds all conditions together, in every combination', async ({ store }) => {
      const varied = Array.from({ length: 48 }, (_, index) =>
        testRecord({
          id: testKeyId(index),
          createdAt: start + index,
          name: index % 2 === 0 ? 'Even' : 'Odd',
          environment: index % 3 === 0 ? 'staging' : 'production',
          owner: { type: index % 4 < 2 ? 'user' : 'service', id: index % 5 < 2 ? 'ada' : 'bob' },
          disabledAt: index % 7 < 3 ? start : null,
          expiresAt: index % 6 < 3 ? at : null,
        }),
      )
      await stored(store, ...varied)
      for (const query of combinations()) {
        const expected = varied.filter((record) => matchesQuery(record, query)).map(({ id }) => id)
        assert.deepEqual(await listedIds(store, query), expected.toReversed(), JSON.stringify(query))
      }
    })
  },
}

/** Every subset of six conditions. */
function combinations(): readonly KeyQuery[] {
  const conditions: readonly Partial<KeyQuery>[] = [
    { statuses: ['active', 'disabled'] },
    { environments: ['staging'] },
    { ownerIds: ['ada'] },
    { visibleOwners: [{ type: 'user' }, { type: 'service', id: 'ada' }] },
    { attention: [{ type: 'expiring', expiresBefore: at + 1 }] },
    { search: 'ev' },
  ]
  return Array.from({ length: 2 ** conditions.length }, (_, subset) =>
    Object.assign(
      { workspaceId: 'ws_acme', at, limit: 100 },
      ...conditions.filter((_, index) => (subset & (2 ** index)) !== 0),
    ),
  )
}
