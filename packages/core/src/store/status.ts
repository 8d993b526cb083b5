import type { KeyRecord } from './records.ts'

/** What a key is at an instant. `rotating`: active, with a previous secret that still works. */
export type KeyStatus = 'active' | 'rotating' | 'disabled' | 'expired' | 'revoked'

/** The one place that says in which order a key's states count. An instant equal to the end is over. */
export function keyStatus(
  record: Pick<KeyRecord, 'revokedAt' | 'expiresAt' | 'disabledAt' | 'secrets'>,
  at: number,
): KeyStatus {
  if (record.revokedAt !== null) return 'revoked'
  if (record.expiresAt !== null && at >= record.expiresAt) return 'expired'
  if (record.disabledAt !== null) return 'disabled'
  const previousEnd = record.secrets[1]?.endsAt ?? Number.NEGATIVE_INFINITY
  return at < previousEnd ? 'rotating' : 'active'
}
