import { ConflictError, UnavailableError } from '../errors/errors.ts'
import type { KeyRecord } from '../store/records.ts'
import { unknownRestrictions } from '../store/restrictions.ts'

/**
 * A key is restricted in a way that a later version brought: it may be good, and no one can tell here.
 *
 * @param found what to do before it throws
 * @throws {UnavailableError} naming the restrictions
 */
export function requireKnownRestrictions(record: Pick<KeyRecord, 'restrictions'>, found?: () => void): void {
  const unknown = unknownRestrictions(record)
  if (unknown.length === 0) return
  found?.()
  throw new UnavailableError(
    'store',
    `A key is restricted by ${unknown.join(', ')}, which this version of Claviger does not know, so it refuses the key. ` +
      'Is a newer version being deployed? Complete that, or revoke the key.',
  )
}

/**
 * Writing such a key would lose what is not known of it. Revoking it is final, and loses nothing.
 *
 * @throws {ConflictError} for anything but a revocation
 */
export function requireRewritable(record: Pick<KeyRecord, 'restrictions' | 'revokedAt'>): void {
  const unknown = unknownRestrictions(record)
  if (unknown.length === 0 || record.revokedAt !== null) return
  throw new ConflictError(
    `The key is restricted by ${unknown.join(', ')}, which this version of Claviger does not know: it can only revoke it. ` +
      'Use a process of the version that restricted it.',
  )
}
