import { CorruptRecordError } from '../errors/errors.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { decodeServiceAccount } from './record-codec.ts'
import type { ServiceAccount } from './records.ts'

/** What a store gave as a service account, checked: id and every field. */
export function readableServiceAccount(id: string, stored: ServiceAccount): ServiceAccount | 'corrupt' {
  try {
    const account = decodeServiceAccount(stored)
    if (account.id === id) return account
    publish(channels.corrupt, () => ({ serviceAccountId: id }))
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    publish(channels.corrupt, () => ({ serviceAccountId: id, field: error.field }))
  }
  return 'corrupt'
}
