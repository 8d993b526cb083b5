import type { Expression, RawBuilder } from 'kysely'

/** The databases Claviger speaks to. `mysql` is MariaDB too. */
export type SqlDialectName = 'postgres' | 'mysql' | 'sqlite'

/** What a failed statement means to the store. */
export type Failure =
  /** Rolled back because of what others did at the same time: the transaction can be tried again. */
  | 'contended'
  /** Rolled back because someone else held a row for too long. */
  | 'locked'
  /** SQLite: another process writes. */
  | 'busy'
  /** The table is not there. */
  | 'missingTable'
  /** This user may not do that. */
  | 'forbidden'
  /** No one may change anything through this connection, or on this server. */
  | 'readOnly'
  /** Everything else, unknown outcomes above all. */
  | 'other'

/** What a column holds; each dialect has its own word for it. */
export type ColumnKind =
  /** 16 ASCII characters. */
  | 'keyId'
  /** An id of up to 255 characters, compared exactly. */
  | 'reference'
  /** A folded name, compared and ordered by its characters. */
  | 'name'
  /** A short word: a type, a code, an action. */
  | 'label'
  /** JSON text. */
  | 'document'
  /** A 64-bit integer: an instant in milliseconds, or a count. */
  | 'integer'

/** What differs from one database to the next. A dialect is this table filled in, and nothing else. */
export interface SqlDialect {
  readonly name: SqlDialectName
  /** For messages. */
  readonly title: string
  /** Around identifiers. */
  readonly quote: '"' | '`'
  /**
   * Opens a transaction that writes, READ COMMITTED or stricter. The server ends it when its client stands still for a
   * second, and lets no one wait much longer for a row: of a process that was suspended in the middle, those of its
   * transactions that wait in line must not come to hold the row one after the other.
   */
  readonly begin: readonly string[]
  /** Takes back, once the transaction has ended, what `begin` set for the connection. */
  readonly afterwards: readonly string[]
  /** Says in one word why this server takes no writes; empty where it does. */
  readonly writeRefusal: RawBuilder<string>
  /** What to do when a connection takes no writes. */
  readonly readOnlyAdvice: string
  /** Selects one row with one column, `value`: which database this is, and where in it tables are looked for. */
  readonly whereAmI: string
  /** Whether only a lock on the whole database shows that one may write. */
  readonly locksWhole: boolean
  /** Ends a `select` whose rows no one else may change before the transaction ends. */
  readonly rowLock: RawBuilder<unknown>
  /** How long a text is, in bytes or characters, told without reading it where the database can. */
  readonly lengthOf: 'octet_length' | 'length'
  /** How many entries of usage one transaction adds. On SQLite it stops everything else of the process. */
  readonly entriesPerTransaction: number
  /** Scalar minimum and maximum of two values. */
  readonly least: RawBuilder<unknown>
  readonly greatest: RawBuilder<unknown>
  /** What is left of a number, divided by another. */
  remainder(dividend: RawBuilder<unknown>, divisor: RawBuilder<unknown>): RawBuilder<unknown>
  /** Adds up a column; at the largest safe integer the sum stays. */
  sum(column: Expression<unknown>): RawBuilder<unknown>
  /** Whether a column is one of these texts. */
  oneOf(column: Expression<unknown>, texts: readonly string[]): RawBuilder<boolean>
  /** As `oneOf`, in text: ends a condition whose parameters are `boundTexts`. */
  oneOfText(count: number): string
  boundTexts(texts: readonly string[]): readonly unknown[]
  /** Ends an `insert` that changes the row with the same key instead, up to the list of assignments. */
  onDuplicate(key: readonly string[]): RawBuilder<unknown>
  /**
   * Reads rows in the order of an index and of no other: what stands behind the table, and behind the conditions. `order`
   * names the columns of the index that the conditions leave open.
   */
  byIndex(
    index: string,
    order: RawBuilder<unknown>,
  ): { readonly hint: RawBuilder<unknown>; readonly order: RawBuilder<unknown> }
  /**
   * Whether a row comes behind another in the order of two columns. Written so that an index on both leads there, however
   * many rows share the first.
   */
  behind(
    columns: readonly [Expression<unknown>, Expression<unknown>],
    values: readonly [number, string],
  ): RawBuilder<unknown>
  /**
   * Where the rows behind a place in the order of listings are (`created_at desc, id`): ranges of an index on both columns,
   * in that order. No condition that is one range says it on every database, and none walks over rows of the same instant.
   */
  behindInList(place: { readonly at: number; readonly id: string }): readonly RawBuilder<unknown>[]
  /** Removes at most so many rows that meet a condition, in the order of a column that an index is in. */
  deleteSome(
    table: RawBuilder<unknown>,
    condition: RawBuilder<unknown>,
    order: RawBuilder<unknown>,
    most: number,
  ): RawBuilder<unknown>
  /** The value the `insert` brought. */
  incoming(column: string): RawBuilder<unknown>
  failureOf(error: unknown): Failure
  /** Rejects, with what to do, when the database is set up in a way the store cannot work on. */
  readonly settings: readonly SettingCheck[]
  readonly schemaWords: SchemaWords
}

/** One question to the database at start. */
export interface SettingCheck {
  /** Selects one row with one column, `value`. */
  readonly query: string
  readonly accepts: (value: string) => boolean
  readonly advice: string
}

/** How a dialect says what a migration needs to say. */
export interface SchemaWords {
  readonly types: Readonly<Record<ColumnKind, string>>
  /** Behind the closing bracket. */
  readonly tableEnd: string
  /** Whether `create table` can be rolled back, so that `begin` and `end` make a transaction of a migration. */
  readonly transactional: boolean
  /** Whether indexes are part of `create table`. */
  readonly indexesInTable: boolean
  /** Before rows are copied from a table that others write to: they must not wait for it. */
  readonly beforeCopy: readonly string[]
  /** Begins an `insert` that leaves a row alone that is there already. */
  readonly insertOnce: readonly [before: string, after: string]
  readonly randomText: string
  readonly nowMs: string
  /** Around all of a migration: no one else migrates meanwhile. A row `locked = 0` means that someone does. */
  readonly begin: readonly string[]
  readonly end: readonly string[]
  readonly abort: readonly string[]
}

/** Reads a field that a driver may have put on what it threw. */
export function fieldOf(error: unknown, field: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined
}
