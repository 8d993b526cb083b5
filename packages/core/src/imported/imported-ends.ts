import { isImported } from '../store/imported-secret.ts'
import type { KeyRecord, SecretRecord } from '../store/records.ts'

/**
 * Makes the rule that imported secrets end with all of them, whatever is stored of their key. Gives the very record where
 * nothing changes.
 */
export function endingWith(until: number): (record: KeyRecord) => KeyRecord {
  if (until === Number.POSITIVE_INFINITY) return (record) => record
  const ended = (secret: SecretRecord): SecretRecord =>
    isImported(secret) ? { ...secret, endsAt: Math.min(secret.endsAt ?? until, until) } : secret
  return (record) => {
    const [current, previous] = record.secrets
    if (!record.secrets.some(isImported)) return record
    return { ...record, secrets: previous === undefined ? [ended(current)] : [ended(current), ended(previous)] }
  }
}
