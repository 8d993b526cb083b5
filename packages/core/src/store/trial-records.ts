import { randomBytes, randomUUID } from 'node:crypto'
import type { Activity, IdempotencyRecord, KeyRecord, ServiceAccountRecord } from './records.ts'
import { hourMs, type UsageEntry } from './usage.ts'

/** One record of each kind, valid and unlike any other. */
export interface TrialRecords {
  readonly key: KeyRecord
  readonly serviceAccount: ServiceAccountRecord
  readonly idempotency: IdempotencyRecord
  readonly activity: Activity
  readonly usage: UsageEntry
}

// Whatever a connection may do to texts (another character set, backslashes, quotes) shows when this comes back.
const text = `it's \\ "\u00fc" \u20ac \u{1f511}`
// Past 32 bits, and past what a 32-bit float holds exactly.
const at = 1_735_689_600_001

/**
 * Records for `ready()` to try a store with: written, read back and compared, changed, removed again. Ids and workspace
 * are random, so that processes that start at once do not meet, and nothing real is touched.
 */
export function trialRecords(): TrialRecords {
  const id = randomBytes(8).toString('hex')
  const workspaceId = `claviger-trial-${randomUUID()}`
  const actor = { type: 'system', id: 'claviger-trial' } as const
  const key: KeyRecord = {
    id,
    workspaceId,
    revision: 1,
    name: text,
    description: text,
    environment: 'trial',
    permissions: ['trial:read'],
    owner: { type: 'user', id: text },
    createdBy: actor,
    metadata: { text },
    secrets: [
      {
        version: 1,
        hint: 'trial_trial_0000...0000',
        hash: 'no token has this hash',
        tag: 'no tag',
        pepperId: null,
        createdAt: at,
        endsAt: null,
      },
    ],
    createdAt: at,
    updatedAt: at,
    expiresAt: at + 1,
    disabledAt: null,
    revokedAt: null,
    revokedReason: null,
    ownerGoneAt: null,
    lastUsedAt: null,
    // Restricted: such a record is stored in a form of its own.
    restrictions: ['addresses', 'resources'],
    allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'],
    resources: { trial: [text] },
    reminders: { trial: at },
  }
  return {
    key,
    serviceAccount: {
      id: `svc_${id}`,
      workspaceId,
      revision: 1,
      name: text,
      description: null,
      permissions: ['trial:read'],
      createdBy: actor,
      createdAt: at,
      updatedAt: at,
      deletedAt: null,
    },
    idempotency: { workspaceId, actor, idempotencyKey: text, requestHash: id, keyId: id, createdAt: at },
    activity: {
      id: `trial-${id}`,
      workspaceId,
      at,
      actor,
      action: 'key.created',
      target: { type: 'key', id },
      before: null,
      after: { text },
      origin: null,
    },
    usage: {
      workspaceId,
      keyId: id,
      version: 1,
      hour: at - (at % hourMs),
      requests: 1,
      allowed: 1,
      denied: { trial: 1 },
      clientErrors: 0,
      serverErrors: 0,
      lastUsedAt: at,
    },
  }
}
