import type { SecretRecord } from './records.ts'

/** Whether the token of a secret was issued elsewhere. The field is absent from others: what is inherited says nothing. */
export function isImported(secret: Pick<SecretRecord, 'imported'>): boolean {
  return Object.hasOwn(secret, 'imported') && secret.imported === true
}
