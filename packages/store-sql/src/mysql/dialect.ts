import { sql } from 'kysely'
import { type Failure, fieldOf, type SqlDialect } from '../database/dialect.ts'

const failures: Readonly<Record<number, Failure>> = {
  1062: 'contended',
  1205: 'locked',
  1213: 'contended',
  1146: 'missingTable',
  1044: 'forbidden',
  1142: 'forbidden',
  1143: 'forbidden',
  1290: 'readOnly',
  1792: 'readOnly',
  1836: 'readOnly',
}

/** MariaDB 10.11 and later, MySQL 8.0 and later: nothing here that only one of them understands. */
export const mysql: SqlDialect = {
  name: 'mysql',
  title: 'MySQL or MariaDB',
  lengthOf: 'octet_length',
  quote: '`',
  begin: [
    // The two limits there are in MariaDB and MySQL alike: how long a connection may say nothing, and how long a statement
    // waits for a row. Both are the connection's, so they are taken back afterwards.
    'set @claviger_idle = @@session.wait_timeout, @claviger_lock_wait = @@session.innodb_lock_wait_timeout, ' +
      'session wait_timeout = 1, session innodb_lock_wait_timeout = 1',
    // Without a scope this is about the next transaction only.
    'set transaction isolation level read committed, read write',
    'start transaction',
  ],
  afterwards: ['set session wait_timeout = @claviger_idle, session innodb_lock_wait_timeout = @claviger_lock_wait'],
  // A number in MySQL and older MariaDB, a word in newer ones. `super_read_only` implies it.
  writeRefusal: sql<string>`case when cast(@@global.read_only as char) in ('0', 'OFF') then '' else 'read_only' end`,
  readOnlyAdvice: 'Connect to the primary, where read_only is off.',
  whereAmI: `select concat('database "', coalesce(database(), '(none)'), '"') as value`,
  locksWhole: false,
  rowLock: sql`for update`,
  entriesPerTransaction: 500,
  least: sql`least`,
  greatest: sql`greatest`,
  // `%` is no operator in the mode of Oracle.
  remainder: (dividend, divisor) => sql`mod(${dividend}, ${divisor})`,
  sum: (column) => sql`least(sum(${column}), ${sql.lit(Number.MAX_SAFE_INTEGER)})`,
  oneOf: (column, texts) => sql<boolean>`${column} in (${sql.join(texts)})`,
  oneOfText: (count) => `in (${'?, '.repeat(count - 1)}?)`,
  boundTexts: (texts) => texts,
  onDuplicate: () => sql`on duplicate key update`,
  // MariaDB sorts by columns that a condition makes null, rather than seeing that the index has that order.
  byIndex: (index) => ({ hint: sql`force index (${sql.ref(index)})`, order: sql`` }),
  // Of a comparison of pairs it knows no range.
  behind: ([first, second], [a, b]) =>
    sql`${first} >= ${a} and (${first} > ${a} or (${first} = ${a} and ${second} > ${b}))`,
  // It makes the two ranges of this itself, where it is held to the index.
  behindInList: ({ at, id }) => [
    sql`created_at <= ${at} and (created_at < ${at} or (created_at = ${at} and id > ${id}))`,
  ],
  deleteSome: (table, condition, order, most) =>
    sql`delete from ${table} where ${condition} order by ${order} limit ${sql.lit(most)}`,
  incoming: (column) => sql`values(${sql.ref(column)})`,
  failureOf: (error) => failures[Number(fieldOf(error, 'errno'))] ?? 'other',
  settings: [
    {
      query: 'select @@session.autocommit as value',
      accepts: (value) => value === '1',
      advice: 'Connections must be in autocommit mode, or reads would be of the past. Remove `autocommit = 0`.',
    },
  ],
  schemaWords: {
    // Binary columns: exact, no padding, no collation. The lengths are those of the longest text in UTF-8.
    types: {
      keyId: 'varbinary(16)',
      reference: 'varbinary(765)',
      name: 'varbinary(765)',
      label: 'varbinary(128)',
      document: 'mediumblob',
      integer: 'bigint',
    },
    tableEnd: ' engine = InnoDB',
    transactional: false,
    indexesInTable: true,
    beforeCopy: ['set transaction isolation level read committed'],
    insertOnce: ['insert ignore into', ''],
    randomText: 'uuid()',
    nowMs: 'unix_timestamp() * 1000',
    begin: [`select get_lock('claviger_migrations', 60) as locked`],
    end: [`select release_lock('claviger_migrations')`],
    abort: [`select release_lock('claviger_migrations')`],
  },
}
