import { type KeyRecord, restrictionsOf, type SecretRecord, type ServiceAccountRecord } from '@claviger/core/store'

/** A key id made from a number: 16 base62 characters, in the order of the numbers. */
export function testKeyId(number: number): string {
  return `key${String(number).padStart(13, '0')}`
}

/** A secret as stored; no token fits it. */
export function testSecret(overrides: Partial<SecretRecord> = {}): SecretRecord {
  return {
    version: 1,
    hint: 'acme_production_7Fq2…9aXc',
    hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    tag: 'sha256$AAAAAAAAAAA',
    pepperId: null,
    createdAt: 1_735_689_600_000,
    endsAt: null,
    ...overrides,
  }
}

/**
 * A valid, active key as stored, revision 1. Give an `id` (see `testKeyId`) when you need several. `restrictions` follow
 * from what restricts the key, unless you give them.
 */
export function testRecord(overrides: Partial<KeyRecord> = {}): KeyRecord {
  const { allowedAddresses = [], resources = {} } = overrides
  return {
    id: testKeyId(1),
    workspaceId: 'ws_acme',
    revision: 1,
    name: 'Production',
    description: null,
    environment: 'production',
    permissions: ['context:download', 'prompts:read'],
    owner: { type: 'user', id: 'ada' },
    createdBy: { type: 'user', id: 'ada' },
    metadata: {},
    secrets: [testSecret()],
    createdAt: 1_735_689_600_000,
    updatedAt: 1_735_689_600_000,
    expiresAt: null,
    disabledAt: null,
    revokedAt: null,
    revokedReason: null,
    ownerGoneAt: null,
    lastUsedAt: null,
    restrictions: restrictionsOf({ allowedAddresses, resources }),
    allowedAddresses,
    resources,
    reminders: {},
    ...overrides,
  }
}

/** A valid service account as stored, revision 1. */
export function testServiceAccount(overrides: Partial<ServiceAccountRecord> = {}): ServiceAccountRecord {
  return {
    id: 'svc_deploy',
    workspaceId: 'ws_acme',
    revision: 1,
    name: 'Deploy bot',
    description: null,
    permissions: ['prompts:read'],
    createdBy: { type: 'user', id: 'ada' },
    createdAt: 1_735_689_600_000,
    updatedAt: 1_735_689_600_000,
    deletedAt: null,
    ...overrides,
  }
}
