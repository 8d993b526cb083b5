import { CorruptRecordError, type Dependency, UnavailableError } from '../errors/errors.ts'
import { isObject } from '../input/plain-fields.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import type { ActivityQuery } from './query.ts'
import { decodeIdempotencyRecord, decodeKeyRecord, decodeServiceAccount } from './record-codec.ts'
import type { Activity, IdempotencyRecord, KeyRecord, ServiceAccountRecord } from './records.ts'
import type { Change, CommitResult, LockedRecord, LockTarget, Marks, Write } from './store.ts'

/*
 * The answer of every store is checked, including ours: other programs may have written a row. What cannot be read is
 * told on `claviger:corrupt`, and is never taken for what was asked for.
 */

/** What a store gave as this key. Null for nothing. */
export function readableKey(id: string, stored: unknown): KeyRecord | 'corrupt' | null {
  if (stored === undefined) return null
  const record = stored === 'corrupt' ? undefined : decoded(decodeKeyRecord, stored, { keyId: id })
  if (record instanceof CorruptRecordError) return 'corrupt'
  if (record?.id === id) return record
  publish(channels.corrupt, () => ({ keyId: id }))
  return 'corrupt'
}

/** What a store gave as a record that it had locked. */
export function readableTarget({ type, id }: LockTarget, stored: unknown): LockedRecord {
  if (stored === undefined || stored === null) return null
  return type === 'key' ? readableKey(id, stored) : readableServiceAccount(id, stored)
}

function readableServiceAccount(id: string, stored: unknown): ServiceAccountRecord | 'corrupt' {
  const account = stored === 'corrupt' ? undefined : decoded(decodeServiceAccount, stored, { serviceAccountId: id })
  if (account instanceof CorruptRecordError) return 'corrupt'
  if (account?.id === id) return account
  publish(channels.corrupt, () => ({ serviceAccountId: id }))
  return 'corrupt'
}

/**
 * What a store gave when it was asked for one service account of a workspace; undefined when that is another.
 *
 * @throws {UnavailableError} when it cannot be read
 */
export function foundServiceAccount(
  stored: unknown,
  workspaceId: string,
  id: string,
  asked: Dependency,
): ServiceAccountRecord | undefined {
  if (stored === undefined) return undefined
  const account = decoded(decodeServiceAccount, stored, { serviceAccountId: id })
  if (account instanceof CorruptRecordError) {
    throw new UnavailableError(asked, 'A service account cannot be read. Restore its row.', { cause: account })
  }
  return account.id === id && account.workspaceId === workspaceId ? account : undefined
}

/**
 * A key of a listing: nothing, where it cannot be read or is another workspace's. One bad row must not hide the others.
 */
export function listedKey(stored: unknown, workspaceId: string): readonly KeyRecord[] {
  const id = isObject(stored) && typeof stored['id'] === 'string' ? stored['id'] : ''
  const record = readableKey(id, stored)
  return record !== null && record !== 'corrupt' && record.workspaceId === workspaceId ? [record] : []
}

/** The same for a service account. */
export function listedServiceAccount(stored: unknown, workspaceId: string): readonly ServiceAccountRecord[] {
  const account = decoded(decodeServiceAccount, stored, {})
  if (account instanceof CorruptRecordError) return []
  if (account.workspaceId === workspaceId) return [account]
  publish(channels.corrupt, () => ({ serviceAccountId: account.id, field: 'workspaceId' }))
  return []
}

/** The same for a line of the log, which must answer the question: it decided what the actor may see. */
export function listedActivity(entry: unknown, { workspaceId, targetId, actor }: ActivityQuery): readonly Activity[] {
  if (isObject(entry) && isObject(entry['actor']) && isObject(entry['target']) && Number.isSafeInteger(entry['at'])) {
    const isAsked =
      entry['workspaceId'] === workspaceId &&
      (targetId === undefined || entry['target']['id'] === targetId) &&
      (actor === undefined || (entry['actor']['type'] === actor.type && entry['actor']['id'] === actor.id))
    if (isAsked) return [entry as unknown as Activity]
  }
  publish(channels.corrupt, () => ({ field: 'activity' }))
  return []
}

/** How a commit ended. What is in the way counts as nothing where it cannot be read. */
export function readableResult(result: CommitResult, { writes }: Change): CommitResult {
  if (result.ok || result.current === null) return result
  const write = writes[result.write]
  return { ...result, current: write === undefined ? null : readableCurrent(write, result.current) }
}

function readableCurrent(write: Write, stored: unknown): KeyRecord | ServiceAccountRecord | IdempotencyRecord | null {
  if (write.type !== 'idempotency') {
    const current = readableTarget({ type: write.type, id: write.record.id }, stored)
    return current === 'corrupt' ? null : current
  }
  const current = decoded(decodeIdempotencyRecord, stored, {})
  return current instanceof CorruptRecordError ? null : current
}

const longestMark = 255

/** @throws {UnavailableError} for invalid marks */
export function readableMarks(marks: unknown): Marks {
  const isSound =
    marks instanceof Map && [...marks].flat().every((text) => typeof text === 'string' && text.length <= longestMark)
  if (isSound) return marks
  throw new UnavailableError('store', 'The store gave marks that cannot be read.')
}

function decoded<Row>(decode: (stored: unknown) => Row, stored: unknown, names: object): Row | CorruptRecordError {
  try {
    return decode(stored)
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    publish(channels.corrupt, () => ({ ...names, field: error.field }))
    return error
  }
}
