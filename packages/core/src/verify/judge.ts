import { haveSameAddresses, limitToAddresses } from './allowed-addresses.ts'
import { bare } from '../input/plain-fields.ts'
import type { KeyRecord, SecretRecord } from '../store/records.ts'
import { type KeyStatus, keyStatus } from '../store/status.ts'
import type { ApiKeys } from '../verification/api-key.ts'
import type { Accepted, RefusalCode, Refused, Verification } from '../verification/verification.ts'
import type { Holdings } from './holdings.ts'

const codeOfStatus = bare<Readonly<Partial<Record<KeyStatus, RefusalCode>>>>({
  revoked: 'key_revoked',
  expired: 'key_expired',
  disabled: 'key_disabled',
})

/** Why a key whose secret is right is refused because of its own state; undefined when it is not. Pure. */
export function stateRefusal(record: KeyRecord, secret: SecretRecord, now: number): Refused | undefined {
  const code = codeOfStatus[keyStatus(record, now)] ?? (isOver(secret.endsAt, now) ? 'key_rotated' : undefined)
  return code && { ok: false, code, keyId: record.id }
}

/** The verification on a key in good state. Pure. */
export function judgeOwned(
  record: KeyRecord,
  secret: SecretRecord,
  owner: Holdings | undefined,
  apiKeys: ApiKeys,
): Verification {
  if (owner === undefined || owner.grants === null) return { ok: false, code: 'owner_gone', keyId: record.id }
  // What limits the key cannot be looked at here: no route could be trusted to.
  if (apiKeys.undeclared(record).length > 0) return { ok: false, code: 'resource_not_allowed', keyId: record.id }
  const verification: Accepted = {
    ok: true,
    apiKey: apiKeys.make(record, secret, owner.grants, owner.resources),
    endsAt: earliest(record.expiresAt, secret.endsAt),
  }
  limitToAddresses(verification, record.allowedAddresses)
  return Object.freeze(verification)
}

/** Whether two verifications of keys that say the same end alike, and may be used from the same addresses. */
export function areAlike(a: Accepted, b: Accepted): boolean {
  return a.endsAt === b.endsAt && haveSameAddresses(a, b)
}

/** The next expiry or overlap end, epoch milliseconds: a cached verification is invalid from then on. */
export function nextTurn(record: KeyRecord, secret: SecretRecord, now: number): number {
  return Math.min(ahead(record.expiresAt, now), ahead(secret.endsAt, now))
}

function ahead(at: number | null, now: number): number {
  return at !== null && at > now ? at : Number.POSITIVE_INFINITY
}

function isOver(end: number | null, now: number): boolean {
  return end !== null && now >= end
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}
