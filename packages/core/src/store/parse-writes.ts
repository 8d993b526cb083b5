import { CorruptRecordError, ValidationError } from '../errors/errors.ts'
import { decodeIdempotencyRecord, decodeKeyRecord, decodeServiceAccount } from './record-codec.ts'
import type { IdempotencyRecord } from './records.ts'
import type { Change, LockTarget, Write } from './store.ts'

/**
 * How many writes a change may hold, and as many lines of the log and announcements. All that is called alone sends three
 * writes at most (a key, its service account, an idempotency row) and a line; only an import fills a change: a
 * write and a line for each entry. With the head and its entry in the change log that is 66 items, and leaves one more for
 * each write (an index, a claim) in a transaction of 100 items, as DynamoDB has them.
 */
export const mostWrites = 32
// What is written, or one less and a key that acts.
const maxTargets = mostWrites

/**
 * Copies the writes of a change, checking what no caller may get wrong. For stores: the first step of `commit`.
 *
 * @throws {ValidationError} for too many writes, lines or announcements, two writes of one record, a revision that does not
 * follow from the expected one, or a record that could not be read back
 */
export function parseWrites({ writes, activity, announcements, silent }: Change): readonly Write[] {
  for (const [field, { length }] of Object.entries({ writes, activity, announcements })) {
    if (length <= mostWrites) continue
    throw new ValidationError(field, `A change may hold at most ${mostWrites} ${field}, got ${length}.`)
  }
  const seen = new Set<string>()
  return writes.map((write, index) => {
    const checked = copy(write, `writes[${index}]`)
    const id = identity(checked)
    if (seen.has(id)) throw new ValidationError(`writes[${index}]`, 'A change may write a record only once.')
    seen.add(id)
    if (checked.type !== 'idempotency') requireRevision(checked, silent, `writes[${index}].record.revision`)
    return checked
  })
}

/**
 * Copies the targets of a locked commit. For stores: the first step of `commitLocked`.
 *
 * @throws {ValidationError} for too many targets, or one named twice
 */
export function parseTargets(targets: readonly LockTarget[]): readonly LockTarget[] {
  const names = new Set(targets.map(({ type, id }) => `${type} ${id}`))
  if (targets.length > maxTargets || names.size < targets.length) {
    throw new ValidationError('targets', `Expected at most ${maxTargets} different targets, got ${targets.length}.`)
  }
  return targets.map(({ type, id }) => ({ type, id }))
}

/** For stores: checks the change that `decide` gave. @throws {ValidationError} for a write of a key or service account that is not locked */
export function requireLocked(writes: readonly Write[], targets: readonly LockTarget[]): void {
  const names = new Set(targets.map(({ type, id }) => `${type} ${id}`))
  for (const [index, write] of writes.entries()) {
    if (write.type === 'idempotency' || names.has(`${write.type} ${write.record.id}`)) continue
    throw new ValidationError(`writes[${index}]`, 'A locked change may write only what is locked.')
  }
}

/** What makes an idempotency row unique, without a separator that a part could contain. */
export function idempotencyId({ workspaceId, actor, idempotencyKey }: IdempotencyRecord): string {
  return JSON.stringify([workspaceId, actor.type, actor.id, idempotencyKey])
}

function requireRevision(write: Exclude<Write, { type: 'idempotency' }>, silent: boolean, field: string): void {
  const next = silent ? write.expectedRevision : write.expectedRevision + 1
  if (write.record.revision === next) return
  throw new ValidationError(field, `Expected revision ${next}, got ${write.record.revision}.`)
}

function identity(write: Write): string {
  return `${write.type} ${write.type === 'idempotency' ? idempotencyId(write.record) : write.record.id}`
}

function copy(write: Write, field: string): Write {
  try {
    return decoded(write)
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    const wrong = `${field}.record.${error.field}`
    throw new ValidationError(wrong, `${wrong} could not be read back.`)
  }
}

function decoded(write: Write): Write {
  if (write.type === 'key') return { ...write, record: decodeKeyRecord(write.record) }
  if (write.type === 'serviceAccount') return { ...write, record: decodeServiceAccount(write.record) }
  return { ...write, record: decodeIdempotencyRecord(write.record) }
}
