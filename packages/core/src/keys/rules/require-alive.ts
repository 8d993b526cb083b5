import { KeyEndedError } from '../../errors/errors.ts'
import type { KeyRecord } from '../../store/records.ts'
import { keyStatus } from '../../store/status.ts'

/** @throws {KeyEndedError} for a key that is revoked or expired */
export function requireAlive(record: KeyRecord, now: number): void {
  const status = keyStatus(record, now)
  if (status === 'revoked' || status === 'expired') throw new KeyEndedError(status)
}
