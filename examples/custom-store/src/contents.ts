import { randomUUID } from 'node:crypto'
import {
  type Change,
  type CommitResult,
  CorruptRecordError,
  type CursorPosition,
  compareForList,
  decodeCursor,
  decodeIdempotencyRecord,
  decodeKeyRecord,
  decodeServiceAccount,
  encodeCursor,
  encodeKeyRecord,
  type Head,
  idempotencyId,
  judgeWrite,
  type KeyQuery,
  type KeyRecord,
  type ListPage,
  type LoggedChange,
  matchesQuery,
  type PollResult,
  requireLimit,
  requireMeantFor,
  UnavailableError,
  type Write,
} from '@claviger/core/store'

/** What the file holds. */
export interface Contents {
  /** Random, made with the file. */
  readonly storeId: string
  /** The last changes, oldest first; the last one is the head. Never empty. */
  readonly log: LoggedChange[]
  /** Records as JSON text, by kind and id: one that cannot be read spoils no other. */
  readonly rows: Map<string, string>
}

/** What a new file holds. */
export function newContents(): Contents {
  return { storeId: randomUUID(), log: [{ epoch: 0, nonce: randomUUID(), announcements: [] }], rows: new Map() }
}

/** Writes contents as the text of a file. */
export function encodeContents({ storeId, log, rows }: Contents): string {
  return JSON.stringify({ storeId, log, rows: Object.fromEntries(rows) }, null, 2)
}

/** Reads contents from the text of a file. Rejecting is safe: it becomes 503. An empty store would turn keys away. */
export function decodeContents(text: string): Contents {
  try {
    const { storeId, log, rows } = JSON.parse(text) as { storeId: string; log: LoggedChange[]; rows: object }
    const { epoch, nonce } = log.at(-1) ?? {}
    if (storeId && Number.isSafeInteger(epoch) && nonce) return { storeId, log, rows: new Map(Object.entries(rows)) }
  } catch {
    // Not passed on as a cause: the parser's message quotes what it read, and that may be a hash.
  }
  throw new UnavailableError('store', 'The key file cannot be read as one. Restore it from a backup.')
}

/** Finds keys by id. */
export function findKeys({ rows }: Contents, ids: readonly string[]): Map<string, KeyRecord | 'corrupt'> {
  const found = new Map<string, KeyRecord | 'corrupt'>()
  // What only reads like an id must find nothing.
  for (const id of ids.filter((given) => typeof given === 'string')) {
    const key = readRow(rows.get(`key:${id}`), decodeKeyRecord)
    if (key !== null) found.set(id, key)
  }
  return found
}

function readRow<Row>(text: string | undefined, decode: (stored: unknown) => Row): Row | 'corrupt' | null {
  try {
    return text === undefined ? null : decode(text)
  } catch (error) {
    if (error instanceof CorruptRecordError) return 'corrupt'
    throw error
  }
}

/** Lists keys of one workspace, a page at a time. */
export function listKeys({ rows }: Contents, query: KeyQuery): ListPage<KeyRecord> {
  requireLimit(query.limit)
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const rest = Array.from(rows, ([name, text]) => (name.startsWith('key:') ? readRow(text, decodeKeyRecord) : null))
    .filter((key) => key !== null && key !== 'corrupt')
    .filter((key) => matchesQuery(key, query) && (after === undefined || comesAfter(key, after)))
    .sort(compareForList)
  const items = rest.slice(0, query.limit)
  const last = items.at(-1)
  const isLastPage = last === undefined || rest.length === items.length
  return { items, nextCursor: isLastPage ? null : encodeCursor({ at: last.createdAt, id: last.id }) }
}

function comesAfter({ createdAt, id }: KeyRecord, after: CursorPosition): boolean {
  return createdAt < after.at || (createdAt === after.at && id > after.id)
}

/** Tells what changed since a head; a gap when the log does not know that head. */
export function changesSince(contents: Contents, since: Head | null): PollResult {
  const { storeId, log } = contents
  const at = log.findIndex(({ epoch, nonce }) => epoch === since?.epoch && nonce === since.nonce)
  return { head: headOf(contents), changes: at === -1 || since?.storeId !== storeId ? 'gap' : log.slice(at + 1) }
}

function headOf({ storeId, log }: Contents): Head {
  const { epoch, nonce } = log.at(-1) as LoggedChange
  return { storeId, epoch, nonce }
}

const logLength = 100

/** Carries out a change. When it is refused, the contents are as they were. */
export function applyChange(contents: Contents, change: Change): CommitResult {
  const { writes, announcements, nonce, silent } = change
  const { log, rows } = contents
  requireMeantFor(change, contents.storeId)
  for (const [index, write] of writes.entries()) {
    const current = readRow(rows.get(nameOf(write)), decoders[write.type])
    const reason = judgeWrite(write, current)
    if (reason !== undefined) {
      return { ok: false, reason, write: index, current: current === 'corrupt' ? null : current }
    }
  }
  for (const write of writes) rows.set(nameOf(write), encodeRow(write.record))
  if (!silent) log.push({ epoch: headOf(contents).epoch + 1, nonce, announcements })
  if (log.length > logLength) log.shift()
  return { ok: true, head: headOf(contents) }
}

function nameOf({ type, record }: Write): string {
  return `${type}:${type === 'idempotency' ? idempotencyId(record) : record.id}`
}

// A commit leaves `lastUsedAt` as it was. Without `addUsage` it never was anything but null.
function encodeRow(record: Write['record']): string {
  return 'lastUsedAt' in record ? encodeKeyRecord({ ...record, lastUsedAt: null }) : JSON.stringify(record)
}

const decoders: Readonly<Record<Write['type'], (stored: unknown) => Write['record']>> = {
  key: decodeKeyRecord,
  serviceAccount: decodeServiceAccount,
  idempotency: decodeIdempotencyRecord,
}
