import { testRecord, testSecret, testServiceAccount } from '@claviger/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CorruptRecordError } from '../../src/errors/errors.ts'
import {
  decodeIdempotencyRecord,
  decodeKeyRecord,
  decodeServiceAccount,
  encodeKeyRecord,
  encodeServiceAccount,
} from '../../src/store/record-codec.ts'
import type { IdempotencyRecord } from '../../src/store/records.ts'
import { storedRevision } from '../../src/store/restricted-form.ts'
import { anyKeyRecord } from './arbitrary-record.ts'

const record = testRecord({ secrets: [testSecret({ version: 2 }), testSecret({ endsAt: 5 })] })
const retry: IdempotencyRecord = {
  workspaceId: 'ws_acme',
  actor: { type: 'user', id: 'ada' },
  idempotencyKey: 'retry-1',
  requestHash: 'abc',
  keyId: record.id,
  createdAt: 1,
}

/** The field a decoder complains about. */
function faultOf(decode: () => unknown): string {
  try {
    decode()
  } catch (error) {
    if (error instanceof CorruptRecordError) return error.field
    throw error
  }
  return 'none'
}

describe('decodeKeyRecord', () => {
  test('reads back every record, from text and from a row', () => {
    fc.assert(
      fc.property(anyKeyRecord, (one) => {
        expect(decodeKeyRecord(encodeKeyRecord(one))).toEqual(one)
        expect(decodeKeyRecord(one)).toEqual(one)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('gives a copy that shares nothing with the row', () => {
    const decoded = decodeKeyRecord(record)
    expect(decoded.permissions).not.toBe(record.permissions)
    expect(decoded.secrets[0]).not.toBe(record.secrets[0])
    expect(decoded.owner).not.toBe(record.owner)
    expect(decoded.metadata).not.toBe(record.metadata)
  })

  test('leaves out what is not a field of a key', () => {
    expect(decodeKeyRecord({ ...record, admin: true, secrets: [{ ...testSecret(), token: 'x' }] })).toEqual({
      ...record,
      secrets: [testSecret()],
    })
  })

  test.each([
    ['id', ['', 'short', 'key00000000000-1', `${record.id}\n`, 7, null]],
    ['workspaceId', ['', 'x'.repeat(256), 7, null]],
    ['revision', [0, -1, 1.5, '1', null, Number.NaN, 2 ** 53]],
    ['name', ['x'.repeat(129), null, 7]],
    ['description', ['x'.repeat(2_001), 7, undefined]],
    ['environment', ['', 'Production', 'pro duction', 'x'.repeat(17), null]],
    ['permissions', [undefined, null, {}, '', 0, 'docs:read admin:write', { 0: '*:*', length: 1 }]],
    ['owner', [null, 'ada', [], undefined]],
    ['createdBy', [null, 'ada']],
    ['metadata', [null, [], 'x', undefined]],
    ['secrets', [[], null, {}, [testSecret(), testSecret(), testSecret()]]],
    ['createdAt', [null, -1, 1.5, '2025-01-01', 8.64e15 + 1, Number.NaN, Number.POSITIVE_INFINITY]],
    ['expiresAt', [undefined, '', 'never', false, -1, '1735689600000']],
    ['disabledAt', [undefined, true]],
    ['revokedAt', [undefined, false, '', '0']],
    ['revokedReason', [undefined, 7]],
    ['ownerGoneAt', [undefined, true]],
    ['lastUsedAt', [undefined, '1']],
    [
      'restrictions',
      [null, 'addresses', {}, ['addresses'], ['resources', 'addresses'], Array.from({ length: 17 }, () => 'a')],
    ],
    ['allowedAddresses', [null, '10.0.0.0/8', {}, Array.from({ length: 51 }, () => '::1')]],
    ['resources', [null, [], 'project', { project: 'p1' }, { project: null }]],
    ['reminders', [null, [], { expiring: '1' }, { expiring: -1 }]],
  ] as const)('calls a row corrupt whose %s is wrong', (field, values) => {
    for (const value of values)
      expect(
        faultOf(() => decodeKeyRecord({ ...record, [field]: value })),
        JSON.stringify(value),
      ).toBe(field)
  })

  test.each([
    ['permissions[1]', { permissions: ['docs:read', 'admin'] }],
    ['permissions[0]', { permissions: [['*:*']] }],
    ['permissions[0]', { permissions: [undefined, 'docs:read'] }],
    ['permissions[0]', { permissions: [null] }],
    ['owner.type', { owner: { type: 'admin', id: 'ada' } }],
    ['owner.type', { owner: { type: 'key', id: 'ada' } }],
    ['owner.id', { owner: { type: 'user', id: '' } }],
    ['createdBy.type', { createdBy: { type: 'root', id: 'ada' } }],
    ['metadata.team', { metadata: { team: { nested: true } } }],
    ['secrets[0].hash', { secrets: [testSecret({ hash: 7 as unknown as string })] }],
    ['secrets[0].hash', { secrets: [testSecret({ hash: 'x'.repeat(513) })] }],
    ['secrets[0].tag', { secrets: [{ ...testSecret(), tag: undefined }] }],
    ['secrets[0].version', { secrets: [testSecret({ version: 0 })] }],
    ['secrets[1].endsAt', { secrets: [testSecret(), testSecret({ endsAt: -1 })] }],
    ['secrets[0].pepperId', { secrets: [{ ...testSecret(), pepperId: undefined }] }],
  ])('names the place inside: %s', (field, patch) => {
    expect(faultOf(() => decodeKeyRecord({ ...record, ...patch }))).toBe(field)
  })

  test('reads a record of version 1, which has none of the later fields, as one that nothing restricts', () => {
    const { restrictions, allowedAddresses, resources, reminders, ...first } = record
    expect(decodeKeyRecord(JSON.stringify(first))).toEqual(record)
    expect(decodeKeyRecord(first)).toEqual(record)
    expect([restrictions, allowedAddresses, resources, reminders]).toEqual([[], [], {}, {}])
  })

  test('lets all records that nothing restricts share their empty lists and maps', () => {
    const [one, other] = [decodeKeyRecord(record), decodeKeyRecord(encodeKeyRecord(record))]
    for (const field of ['restrictions', 'allowedAddresses', 'resources', 'reminders'] as const) {
      expect(one[field]).toBe(other[field])
      expect(one[field]).toSatisfy(Object.isFrozen)
    }
  })

  test.each([
    ['restrictions', { restrictions: [], allowedAddresses: ['::1'] }],
    ['restrictions', { restrictions: [], resources: { project: ['p1'] } }],
    ['restrictions', { restrictions: ['addresses'], allowedAddresses: [] }],
    ['restrictions', { restrictions: ['addresses'], resources: { project: ['p1'] } }],
    ['restrictions', { restrictions: ['addresses', 'addresses'], allowedAddresses: ['::1'] }],
    ['restrictions[0]', { restrictions: ['__proto__'] }],
    ['allowedAddresses[1]', { restrictions: ['addresses'], allowedAddresses: ['::1', 'localhost'] }],
    ['resources[0]', { restrictions: ['resources'], resources: { project: [''] } }],
    ['resources[0]', { restrictions: ['resources'], resources: { project: ['x'.repeat(256)] } }],
    ['resources', { restrictions: ['resources'], resources: { project: Array.from({ length: 101 }, () => 'p') } }],
    ['resources', { restrictions: ['resources'], resources: { ['x'.repeat(65)]: ['p'] } }],
    ['reminders', { reminders: { ['x'.repeat(65)]: 1 } }],
  ])('calls a row corrupt whose restrictions do not agree, or are out of bounds: %s', (field, patch) => {
    expect(faultOf(() => decodeKeyRecord({ ...record, ...patch }))).toBe(field)
  })

  test('bounds the resources of a key altogether, so that its record can be read', () => {
    const types = (length: number, id: string): object =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`type${index}`, [id]]))
    const wrong = (resources: object): string =>
      faultOf(() => decodeKeyRecord({ ...record, restrictions: ['resources'], resources }))
    expect(wrong(types(16, 'p1'))).toBe('none')
    expect(wrong(types(17, 'p1'))).toBe('resources')
    const ids = (length: number): readonly string[] => Array.from({ length }, (_, index) => `${index}`.padStart(255))
    expect(wrong({ a: ids(100) })).toBe('none')
    expect(wrong({ a: ids(100), b: ids(100) })).toBe('resources')
  })

  test('reads names of restrictions that it does not know, beside those that it does', () => {
    const later = testRecord({ restrictions: ['addresses', 'countries'], allowedAddresses: ['::1'] })
    expect(decodeKeyRecord(encodeKeyRecord(later))).toEqual(later)
  })

  test.each([
    ['restricted', { restricted: null }],
    ['restricted', { revision: 7 }],
    ['restricted', { secrets: [] }],
    ['restricted', { restricted: { secrets: [null] } }],
    ['restrictions', { restricted: { restrictions: [] } }],
    ['restrictions', { restricted: { restrictions: undefined } }],
    ['restrictions', { restricted: { restrictions: ['resources'] } }],
    ['secrets[0].version', { restricted: { secrets: [{ pepperId: null }] } }],
    ['revision', { restricted: { revision: 0 } }],
  ])('calls a row corrupt that is only like one of a restricted key: %s %j', (field, patch) => {
    const row = JSON.parse(encodeKeyRecord(testRecord({ allowedAddresses: ['::1'] }))) as { restricted: object }
    const { restricted } = patch as { restricted?: object | null }
    const wrong = { ...row, ...patch, restricted: restricted === null ? null : { ...row.restricted, ...restricted } }
    expect(faultOf(() => decodeKeyRecord(JSON.stringify(wrong)))).toBe(field)
  })

  test('reads a restricted key that an old process wrote over as one of a restriction that no version knows', () => {
    const { restricted: _, ...rest } = JSON.parse(encodeKeyRecord(testRecord({ allowedAddresses: ['::1'] })))
    const bereft = decodeKeyRecord(JSON.stringify({ ...rest, ownerGoneAt: 5 }))
    expect(bereft).toMatchObject({ restrictions: ['lost'], allowedAddresses: [], ownerGoneAt: 5 })
    expect(decodeKeyRecord(encodeKeyRecord(decodeKeyRecord(bereft)))).toEqual(bereft)
  })

  test('takes 256 grants and 32 metadata entries, and no more', () => {
    const grants = (length: number): string[] => Array.from({ length }, (_, index) => `r${index}:read`)
    const entries = (length: number): object => Object.fromEntries(grants(length).map((name) => [name, '']))
    expect(faultOf(() => decodeKeyRecord({ ...record, permissions: grants(256), metadata: entries(32) }))).toBe('none')
    expect(faultOf(() => decodeKeyRecord({ ...record, permissions: grants(257) }))).toBe('permissions')
    expect(faultOf(() => decodeKeyRecord({ ...record, metadata: entries(33) }))).toBe('metadata')
    for (const [name, length, fault] of [
      ['n', 1_000, 'none'],
      ['n', 1_001, 'metadata.n'],
      ['n'.repeat(255), 0, 'none'],
      ['n'.repeat(256), 0, 'metadata'],
    ] as const) {
      const metadata = { [name]: 'x'.repeat(length) }
      expect(faultOf(() => decodeKeyRecord({ ...record, metadata }))).toBe(fault)
    }
  })

  test.each([
    ['no text at all', ''],
    ['no JSON', 'garbage'],
    ['half of it', encodeKeyRecord(record).slice(0, 200)],
    ['5 MB', JSON.stringify({ ...record, description: 'x'.repeat(5_000_000) })],
    ['depth 10 000', '['.repeat(10_000)],
    ['depth 10 000, closed', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['another kind of JSON', '7'],
    ['null', 'null'],
    ['two rows', JSON.stringify([record, record])],
  ])('calls %s corrupt', (_, text) => {
    expect(faultOf(() => decodeKeyRecord(text))).toBe('key')
  })

  test.each([undefined, null, 7, true, [], Symbol('row')])('calls %o corrupt where a row should be', (row) => {
    expect(faultOf(() => decodeKeyRecord(row))).toBe('key')
  })

  test('keeps a metadata entry named __proto__ as an entry, without a prototype', () => {
    const text = encodeKeyRecord(record).replace('"metadata":{}', '"metadata":{"__proto__":"x","constructor":"y"}')
    const { metadata } = decodeKeyRecord(text)
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    expect(Object.getPrototypeOf(metadata)).toBeNull()
  })

  test('takes no field from an entry named __proto__', () => {
    const { permissions: _, ...rest } = record
    const text = JSON.stringify(rest).replace('{', '{"__proto__":{"permissions":["*:*"]},')
    expect(faultOf(() => decodeKeyRecord(text))).toBe('permissions')
    expect(Object.prototype).not.toHaveProperty('permissions')
  })

  test('throws its own error for anything at all, and never with what it read', () => {
    const canary = 'c4n4ry'
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constant(canary),
      fc.constant([canary]),
      fc.constant({ [canary]: canary }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(record)), value, (field, wrong) => {
        try {
          decodeKeyRecord(JSON.stringify({ ...record, [field]: wrong }))
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptRecordError)
          if (field !== 'metadata') expect(String(error)).not.toContain(canary)
        }
      }),
      { seed: 8, numRuns: 2_000 },
    )
  })
})

describe('encodeKeyRecord', () => {
  test('writes nothing of what a key does not have', () => {
    expect(JSON.parse(encodeKeyRecord(record))).not.toHaveProperty('restrictions')
    expect(encodeKeyRecord(record)).not.toMatch(/restrictions|allowedAddresses|resources|reminders/)
    expect(encodeKeyRecord({ ...record, reminders: { expiring: 1 } })).toContain('"reminders":{"expiring":1}')
  })

  test('writes a restricted key so that an old process can neither accept nor change it', () => {
    const restricted = testRecord({ allowedAddresses: ['::1'], resources: { project: ['p1'] } })
    const row = JSON.parse(encodeKeyRecord(restricted)) as Record<string, unknown>
    expect(row).toMatchObject({
      revision: Number.MAX_SAFE_INTEGER,
      secrets: [{ version: Number.MAX_SAFE_INTEGER, pepperId: 'claviger:restricted', hint: testSecret().hint }],
    })
    expect(storedRevision(restricted)).toBe(row['revision'])
    expect(storedRevision(record)).toBe(record.revision)
  })
})

describe('decodeServiceAccount', () => {
  test('reads back what was written', () => {
    const account = testServiceAccount({ description: 'x', deletedAt: 7 })
    expect(decodeServiceAccount(encodeServiceAccount(account))).toEqual(account)
    expect(decodeServiceAccount(testServiceAccount())).toEqual(testServiceAccount())
  })

  test.each([
    ['id', ''],
    ['workspaceId', null],
    ['revision', 0],
    ['name', 7],
    ['description', undefined],
    ['permissions', '*:*'],
    ['createdBy', null],
    ['createdAt', '1'],
    ['updatedAt', -1],
    ['deletedAt', undefined],
  ])('calls a row corrupt whose %s is %j', (field, value) => {
    expect(faultOf(() => decodeServiceAccount({ ...testServiceAccount(), [field]: value }))).toBe(field)
  })

  test('calls no row at all corrupt', () => {
    for (const row of ['', 'x', 'null', null, undefined, []])
      expect(faultOf(() => decodeServiceAccount(row))).toBe('serviceAccount')
  })
})

describe('decodeIdempotencyRecord', () => {
  test('reads back what was written', () => {
    expect(decodeIdempotencyRecord(JSON.stringify(retry))).toEqual(retry)
    expect(decodeIdempotencyRecord(retry)).toEqual(retry)
  })

  test.each([
    ['workspaceId', ''],
    ['actor', null],
    ['idempotencyKey', 'x'.repeat(256)],
    ['requestHash', 7],
    ['keyId', 'short'],
    ['createdAt', null],
  ])('calls a row corrupt whose %s is %j', (field, value) => {
    expect(faultOf(() => decodeIdempotencyRecord({ ...retry, [field]: value }))).toBe(field)
  })
})
