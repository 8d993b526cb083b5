import { sql } from 'kysely'
import { type Failure, fieldOf, type SqlDialect } from '../database/dialect.ts'

/** Primary result codes; the extended ones differ in the higher bits. */
const busy = new Set([5, 6])
const duplicate = new Set([1_555, 2_067])

/** SQLite 3.37 and later (`strict`). */
export const sqlite: SqlDialect = {
  name: 'sqlite',
  title: 'SQLite',
  lengthOf: 'length',
  quote: '"',
  // A transaction that reads first and writes later could not wait for another writer. No one can end one from outside.
  begin: ['begin immediate'],
  afterwards: [],
  writeRefusal: sql<string>`''`,
  readOnlyAdvice: 'Open it without readonly; the file and its folder must be writable for this process.',
  whereAmI: `select coalesce(nullif(file, ''), 'a database in memory') as value from pragma_database_list where name = 'main'`,
  locksWhole: true,
  rowLock: sql``,
  entriesPerTransaction: 100,
  least: sql`min`,
  greatest: sql`max`,
  remainder: (dividend, divisor) => sql`${dividend} % ${divisor}`,
  // `sum` fails on overflow; `total` is exact up to the largest safe integer, where the sum stays.
  sum: (column) => sql`cast(min(total(${column}), ${sql.lit(Number.MAX_SAFE_INTEGER)}) as integer)`,
  oneOf: (column, texts) => sql<boolean>`${column} in (${sql.join(texts)})`,
  oneOfText: (count) => `in (${'?, '.repeat(count - 1)}?)`,
  boundTexts: (texts) => texts,
  onDuplicate: (key) => sql`on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set`,
  byIndex: (_, order) => ({ hint: sql``, order: sql`order by ${order}` }),
  behind: ([first, second], [a, b]) => sql`(${first}, ${second}) > (${a}, ${b})`,
  behindInList: ({ at, id }) => [sql`created_at = ${at} and id > ${id}`, sql`created_at < ${at}`],
  deleteSome: (table, condition, order, most) =>
    sql`
    delete from ${table} where rowid in (
      select rowid from ${table} where ${condition} order by ${order} limit ${sql.lit(most)})`,
  incoming: (column) => sql.ref(`excluded.${column}`),
  failureOf,
  settings: [
    {
      query: 'select encoding as value from pragma_encoding',
      accepts: (value) => value === 'UTF-8',
      advice: 'The database must have the encoding UTF-8, which is the default.',
    },
    {
      // Turns it on permanently, where it is not: with a rollback journal, two processes keep each other from writing for
      // many seconds. A database in memory has no other process.
      query: 'pragma journal_mode = wal',
      accepts: (value) => value === 'wal' || value === 'memory',
      advice:
        'The SQLite file cannot use a write-ahead log (journal_mode = wal), which several processes need. Open it writable, on a local disk.',
    },
  ],
  schemaWords: {
    types: {
      keyId: 'text',
      reference: 'text',
      name: 'text',
      label: 'text',
      document: 'text',
      integer: 'integer',
    },
    tableEnd: ' strict',
    transactional: true,
    indexesInTable: false,
    beforeCopy: [],
    insertOnce: ['insert or ignore into', ''],
    randomText: 'lower(hex(randomblob(16)))',
    nowMs: `cast(strftime('%s', 'now') as integer) * 1000`,
    begin: ['begin immediate'],
    end: ['commit'],
    abort: ['rollback'],
  },
}

// Drivers tell the extended result code by different names, better-sqlite3 only by its text.
function failureOf(error: unknown): Failure {
  const code = String(fieldOf(error, 'code'))
  const number = Number(fieldOf(error, 'rawCode') ?? fieldOf(error, 'errcode') ?? 0)
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || busy.has(number & 0xff)) return 'busy'
  if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE') return 'contended'
  if (duplicate.has(number)) return 'contended'
  if (code.startsWith('SQLITE_READONLY') || (number & 0xff) === 8) return 'readOnly'
  return String(fieldOf(error, 'message')).startsWith('no such table: ') ? 'missingTable' : 'other'
}
