import type { KeyRecord } from '../store/records.ts'
import { restrictionsOf, unknownRestrictions } from '../store/restrictions.ts'

/** A record whose names of restrictions say what its fields say. Those of a later version stay. Pure. */
export function restated<Record extends Pick<KeyRecord, 'restrictions' | 'allowedAddresses' | 'resources'>>(
  record: Record,
): Record {
  const unknown = unknownRestrictions(record)
  const known = restrictionsOf(record)
  return { ...record, restrictions: unknown.length === 0 ? known : [...known, ...unknown].sort() }
}
