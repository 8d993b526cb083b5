import fc from 'fast-check'
import type { KeyRecord, SecretRecord } from '../../src/store/records.ts'
import { restrictionsOf } from '../../src/store/restrictions.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const instant = fc.nat({ max: 8_640_000_000_000_000 })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)
const text = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: 'grapheme', maxLength: maxLength / 8 })
const reference = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const segment = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,8}$/)
const part = fc.oneof(segment, fc.constant('*'))

const secret: fc.Arbitrary<SecretRecord> = fc.record(
  {
    version: fc.integer({ min: 1, max: 1_000 }),
    hint: text(128),
    hash: text(512),
    tag: text(64),
    pepperId: maybe(text(64)),
    createdAt: instant,
    endsAt: maybe(instant),
    imported: fc.constant(true as const),
  },
  { requiredKeys: ['version', 'hint', 'hash', 'tag', 'pepperId', 'createdAt', 'endsAt'] },
)

const selections = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.uniqueArray(reference, { minLength: 1, maxLength: 5 }),
  {
    maxKeys: 3,
  },
)

const anyFields = fc.record({
  id: fc.string({ unit: fc.constantFrom(...Array.from(base62)), minLength: 16, maxLength: 16 }),
  workspaceId: reference,
  revision: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  name: text(128),
  description: maybe(text(2_000)),
  environment: fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/),
  permissions: fc.uniqueArray(
    fc.tuple(part, part).map((parts) => parts.join(':')),
    { maxLength: 8 },
  ),
  owner: fc.record({ type: fc.constantFrom('user', 'service'), id: reference }),
  createdBy: fc.record({ type: fc.constantFrom('user', 'service', 'key', 'system'), id: reference }),
  metadata: fc.dictionary(text(64), text(1_000), { maxKeys: 8 }),
  secrets: fc.oneof(fc.tuple(secret), fc.tuple(secret, secret)),
  createdAt: instant,
  updatedAt: instant,
  expiresAt: maybe(instant),
  disabledAt: maybe(instant),
  revokedAt: maybe(instant),
  revokedReason: maybe(text(2_000)),
  ownerGoneAt: maybe(instant),
  lastUsedAt: maybe(instant),
  allowedAddresses: fc.uniqueArray(fc.constantFrom('10.0.0.0/8', '203.0.113.7', '2001:db8::/32', '::1')),
  resources: selections,
  reminders: fc.dictionary(text(64), instant, { maxKeys: 3 }),
})

/** Any key a store may hold. */
export const anyKeyRecord: fc.Arbitrary<KeyRecord> = anyFields.map((fields) => ({
  ...fields,
  restrictions: restrictionsOf(fields),
}))
