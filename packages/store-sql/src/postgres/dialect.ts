import { sql } from 'kysely'
import { type Failure, fieldOf, type SqlDialect } from '../database/dialect.ts'

const text = 'text collate "C"'

const failures: Readonly<Record<string, Failure>> = {
  '23505': 'contended',
  '40001': 'contended',
  '40P01': 'contended',
  '55P03': 'locked',
  '42P01': 'missingTable',
  '3F000': 'missingTable',
  '42501': 'forbidden',
  '25006': 'readOnly',
}

/** PostgreSQL 13 and later. */
export const postgres: SqlDialect = {
  name: 'postgres',
  title: 'PostgreSQL',
  lengthOf: 'octet_length',
  quote: '"',
  // Not `read write`: a server that was made read only by default is on its way out.
  // `set local` ends with the transaction.
  begin: [
    'start transaction isolation level read committed; ' +
      'set local lock_timeout = 1200; set local idle_in_transaction_session_timeout = 1000',
  ],
  afterwards: [],
  writeRefusal: sql<string>`case when pg_is_in_recovery() then 'a standby'
    when current_setting('transaction_read_only') = 'on' then 'read only' else '' end`,
  readOnlyAdvice: 'Connect to the primary, as a user whose default_transaction_read_only is off.',
  whereAmI: `select 'database "' || current_database() || '", schema "' || coalesce(current_schema(), '(none)') || '"' as value`,
  locksWhole: false,
  rowLock: sql`for update`,
  entriesPerTransaction: 500,
  least: sql`least`,
  greatest: sql`greatest`,
  remainder: (dividend, divisor) => sql`${dividend} % ${divisor}`,
  sum: (column) => sql`least(sum(${column}), ${sql.lit(Number.MAX_SAFE_INTEGER)})`,
  oneOf: (column, texts) => sql<boolean>`${column} = any(${[...texts]}::text[])`,
  oneOfText: () => '= any($1::text[])',
  boundTexts: (texts) => [texts],
  onDuplicate: (key) => sql`on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set`,
  byIndex: (_, order) => ({ hint: sql``, order: sql`order by ${order}` }),
  behind: ([first, second], [a, b]) => sql`(${first}, ${second}) > (${a}, ${b})`,
  behindInList: ({ at, id }) => [sql`created_at = ${at} and id > ${id}`, sql`created_at < ${at}`],
  deleteSome: (table, condition, order, most) =>
    sql`
    delete from ${table} where ctid = any(array(
      select ctid from ${table} where ${condition} order by ${order} limit ${sql.lit(most)}))`,
  incoming: (column) => sql.ref(`excluded.${column}`),
  failureOf: (error) => failures[String(fieldOf(error, 'code'))] ?? 'other',
  settings: [
    {
      query: `select current_setting('server_encoding') as value`,
      accepts: (value) => value === 'UTF8',
      advice: 'The database must have the encoding UTF8. Create it with `encoding UTF8` and `template template0`.',
    },
  ],
  schemaWords: {
    types: { keyId: text, reference: text, name: text, label: text, document: 'text', integer: 'bigint' },
    tableEnd: '',
    transactional: true,
    indexesInTable: false,
    beforeCopy: [],
    insertOnce: ['insert into', ' on conflict do nothing'],
    randomText: 'gen_random_uuid()::text',
    nowMs: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
    begin: [
      'start transaction read write',
      // As long as MySQL waits for its lock: another process that hangs in the middle must not hang this one.
      `set local lock_timeout = '60s'`,
      'select pg_advisory_xact_lock(7165916428119)',
    ],
    end: ['commit'],
    abort: ['rollback'],
  },
}
