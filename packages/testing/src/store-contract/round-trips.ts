import { assert } from '../assert.ts'
import { testKeyId, testRecord, testSecret, testServiceAccount } from '../records.ts'
import {
  change,
  committed,
  findOne,
  insert,
  insertAccount,
  insertIdempotency,
  readOne,
  refused,
  same,
  start,
  stored,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** Text that breaks stores which quote, split, fold, trim or re-encode. */
const hostileTexts = [
  `'; drop table keys; --`,
  '"double" `back` \\ back\\slash',
  '100% _under_ *star* ?[a-z]',
  'ws:acme:{tag}:key',
  ' leading and trailing ',
  'line\nbreak\ttab',
  '\u{1f511}\u{1f469}\u200d\u{1f4bb} emoji of four bytes and joined ones',
  'e\u0301 is not \u00e9',
  '\u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0633\u0644\u0627\u0645 \u4f60\u597d',
  '\u202eright to left',
  'null',
  '0',
]

const end =
  (length: number) =>
  (text: string): string =>
    text.slice(-length)

const completeRecord = testRecord({
  description: 'Deploys from the build server',
  owner: { type: 'service', id: 'svc_deploy' },
  createdBy: { type: 'key', id: testKeyId(9) },
  metadata: { team: 'platform', empty: '' },
  secrets: [
    testSecret({ version: 3, pepperId: 'p2', createdAt: start + 601 }),
    testSecret({ version: 2, pepperId: 'p1', createdAt: start + 1, endsAt: start + 86_400_999 }),
  ],
  permissions: ['*:*', 'a:b', 'keys:manage', 'prompts:*'],
  createdAt: start + 1,
  updatedAt: start + 600,
  expiresAt: start + 31_536_000_123,
  disabledAt: start + 7,
  revokedAt: start + 8,
  revokedReason: 'Leaked in a build log',
  ownerGoneAt: start + 9,
  allowedAddresses: ['10.0.0.0/8', '203.0.113.7', '2001:db8::/32'],
  resources: { dataset: ['d1'], project: ['p1', 'p2'] },
  reminders: { expiring: start + 10, unused: start + 11 },
})

/** What goes in comes out: every field, every kind of text, exact instants. */
export const roundTrips: ContractGroup = {
  title: 'round trips',
  define(test) {
    test('gives back a key with every field set, exactly as written', async ({ store }) => {
      await stored(store, completeRecord)
      same(await findOne(store, completeRecord.id), completeRecord)
    })

    test('gives back which secrets were imported, and leaves that off the others', async ({ store }) => {
      const [imported, ours] = [
        testSecret({ imported: true, hash: `$sha256$${'A'.repeat(43)}` }),
        testSecret({ version: 2 }),
      ]
      const records = [
        testRecord({ secrets: [imported] }),
        testRecord({ id: testKeyId(2), secrets: [ours, { ...imported, endsAt: start + 9 }] }),
        testRecord({ id: testKeyId(3), secrets: [ours] }),
      ]
      await stored(store, ...records)
      for (const record of records) same(await findOne(store, record.id), record)
    })

    test('gives back null as null, and empty lists, maps and texts as empty', async ({ store }) => {
      const record = testRecord({ permissions: [], metadata: {}, name: '' })
      await stored(store, record)
      same(await findOne(store, record.id), record)
    })

    test('gives back an update whole: nothing of the record before it is left', async ({ store }) => {
      const full = { ...completeRecord, revokedAt: null, revokedReason: null }
      await stored(store, full)
      const bare = testRecord({ revision: 2 })
      await committed(store, { type: 'key', record: bare, expectedRevision: 1 })
      same(await findOne(store, full.id), bare)
    })

    test('gives back every kind of text in every free field', async ({ store }) => {
      const records = hostileTexts.map((text, index) =>
        testRecord({
          id: testKeyId(index),
          workspaceId: text,
          name: text,
          description: text,
          owner: { type: 'user', id: text },
          createdBy: { type: 'user', id: text },
          metadata: { [text]: text },
          revokedReason: text,
          resources: { project: [text] },
        }),
      )
      await stored(store, ...records)
      for (const record of records) {
        same(await findOne(store, record.id), record)
        const page = await store.list({ workspaceId: record.workspaceId, at: start, limit: 100 })
        same(page.items, [record], `listing workspace ${JSON.stringify(record.workspaceId)}`)
      }
    })

    // PostgreSQL cannot hold NUL in a text column. To refuse it is right, to cut the text off there is not.
    test('gives back NUL in a text, or refuses the commit and stores nothing', async ({ store }) => {
      const record = testRecord({ name: 'a\0b', owner: { type: 'user', id: 'ada\0' } })
      const outcome = await store.commit(change({ writes: [insert(record)] })).then(
        (result) => result.ok,
        () => false,
      )
      same(await findOne(store, record.id), outcome ? record : undefined)
    })

    // An assignment to `__proto__` sets a prototype and loses the entry.
    test('gives back a metadata entry named __proto__ as an entry', async ({ store }) => {
      const metadata = JSON.parse('{"__proto__":"polluted","constructor":"c","toString":"t"}') as Record<string, string>
      await stored(store, testRecord({ metadata }))
      const found = await readOne(store, testRecord().id)
      same(found.metadata, metadata)
      assert.equal(Object.keys(found.metadata).length, 3)
    })

    // Each is one that a key may have alone.
    test('gives back what restricts a key, and when reminders were sent', async ({ store }) => {
      const records = [
        testRecord({ id: testKeyId(1), allowedAddresses: ['::1'] }),
        testRecord({ id: testKeyId(2), resources: { project: ['p1'] } }),
        testRecord({ id: testKeyId(3), reminders: { expiring: 0 } }),
        // A restriction that a later version brings: who knows it must still find it.
        testRecord({ id: testKeyId(4), restrictions: ['countries'] }),
      ]
      await stored(store, ...records)
      for (const record of records) same(await findOne(store, record.id), record)
      same((await store.list({ workspaceId: 'ws_acme', at: start, limit: 10 })).items, records)
    })

    test('restricts a key, and ends the restriction, with the change that says so', async ({ store }) => {
      await stored(store, testRecord())
      const restricted = testRecord({ revision: 2, allowedAddresses: ['::1'], resources: { project: ['p1'] } })
      await committed(store, { type: 'key', record: restricted, expectedRevision: 1 })
      same(await findOne(store, restricted.id), restricted)
      await committed(store, { type: 'key', record: testRecord({ revision: 3 }), expectedRevision: 2 })
      same(await findOne(store, restricted.id), testRecord({ revision: 3 }))
    })

    test('gives back the longest values Claviger writes', async ({ store }) => {
      const long = (length: number): string => '\u00fc'.repeat(length)
      const record = testRecord({
        workspaceId: long(255),
        name: long(128),
        description: long(2_000),
        owner: { type: 'user', id: long(255) },
        createdBy: { type: 'system', id: long(255) },
        permissions: Array.from({ length: 256 }, (_, index) => `${'r'.repeat(64)}:${String(index).padStart(64, '0')}`),
        metadata: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`note-${index}`, long(1_000)])),
        secrets: [testSecret({ hash: 'h'.repeat(512), hint: 'h'.repeat(128), tag: 't'.repeat(64) })],
        revokedReason: long(2_000),
        allowedAddresses: Array.from(
          { length: 50 },
          (_, index) => `1111:2222:3333:4444:5555:6666:7777:${1_000 + index}`,
        ),
        resources: { project: Array.from({ length: 100 }, (_, index) => long(255) + String(index)).map(end(255)) },
        reminders: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`reminder-${index}`, start])),
      })
      await stored(store, record)
      same(await findOne(store, record.id), record)
    })

    test('keeps instants to the millisecond, from the epoch to the last one a Date knows', async ({ store }) => {
      const instants = [0, 1, 1_735_689_600_600, 2_147_483_648_000, 8_640_000_000_000_000]
      const records = instants.map((at, index) =>
        testRecord({
          id: testKeyId(index),
          createdAt: at,
          updatedAt: at,
          expiresAt: at,
          secrets: [testSecret({ createdAt: at })],
        }),
      )
      await stored(store, ...records)
      for (const record of records) same(await findOne(store, record.id), record)
    })

    test('gives back a service account, with its fields set and with nulls', async ({ store, need }) => {
      const { services } = need('services')
      const full = testServiceAccount({
        id: 'svc_full',
        description: '\u{1f916} it\u2019s',
        permissions: ['*:*', 'a:b'],
        createdAt: start + 1,
        deletedAt: start + 5,
      })
      const bare = testServiceAccount({ id: 'svc_bare', permissions: [] })
      await committed(store, insertAccount(full), insertAccount(bare))
      const page = await services({ workspaceId: 'ws_acme', includeDeleted: true, limit: 10 })
      same(page.items, [full, bare])
    })

    test('returns an idempotency row to a late caller', async ({ store }) => {
      const write = insertIdempotency({
        idempotencyKey: `it's "one":*%\u{1f511}`,
        actor: { type: 'key', id: `o'b:r` },
        createdAt: start + 3,
      })
      await committed(store, write)
      same(refused(await store.commit(change({ writes: [write] }))).current, write.record)
    })

    test('still holds everything after it was closed and opened again', async ({ store, need }) => {
      const { reopen } = need('reopen')
      await stored(store, completeRecord)
      const before = await store.poll?.(null)
      const reopened = await reopen()
      same(await findOne(reopened, completeRecord.id), completeRecord)
      same((await reopened.poll?.(null))?.head, before?.head)
    })
  },
}
