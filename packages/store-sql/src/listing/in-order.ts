import type { CursorPosition } from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/transaction.ts'

/** Rows of a table in the order of every listing: newest first, ties by id. */
export interface OrderedRows {
  readonly table: 'keys' | 'service_accounts' | 'activity'
  /** The index that holds them in this order, by its name within the table; undefined where their ids are asked for. */
  readonly index: string | undefined
  readonly where: RawBuilder<unknown>
  /** Only rows before this instant. */
  readonly before?: number | undefined
}

const listOrder = sql`created_at desc, id`

/**
 * Reads the next rows behind a position. Each statement begins in the index where the page does and ends with it: rows
 * before the position are not looked at, however many of them have its instant.
 */
export async function readInOrder<Row>(
  database: Database,
  rows: OrderedRows,
  columns: RawBuilder<unknown>,
  { after, count }: { readonly after: CursorPosition | undefined; readonly count: number },
): Promise<readonly Row[]> {
  const found: Row[] = []
  for (const range of rangesOf(database, rows, after)) {
    if (found.length === count) break
    const statement = sql<Row>`${select(database, rows, columns, count - found.length, range)}`
    found.push(...(await retrying(database, () => statement.execute(database.queries))).rows)
  }
  return found
}

/** Selects columns of the first rows. */
export function firstInOrder(
  database: Database,
  rows: OrderedRows,
  columns: RawBuilder<unknown>,
  count: number,
): RawBuilder<unknown> {
  return select(database, rows, columns, count, startOf(rows))
}

// One end of the instants and not two: SQLite begins at one of them, and walks to the other.
function rangesOf(
  { dialect }: Database,
  rows: OrderedRows,
  after: CursorPosition | undefined,
): readonly RawBuilder<unknown>[] {
  const isAtStart = after === undefined || (rows.before !== undefined && rows.before <= after.at)
  return isAtStart ? [startOf(rows)] : dialect.behindInList(after)
}

function startOf({ before }: OrderedRows): RawBuilder<unknown> {
  return before === undefined ? sql`1 = 1` : sql`created_at < ${before}`
}

function select(
  { dialect, naming }: Database,
  { table, index, where }: OrderedRows,
  columns: RawBuilder<unknown>,
  count: number,
  range: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const hint = index === undefined ? sql`` : dialect.byIndex(`${naming.tablePrefix}${table}_${index}`, listOrder).hint
  return sql`select ${columns} from ${sql.table(table)} ${hint}
    where ${where} and ${range} order by ${listOrder} limit ${sql.lit(count)}`
}
