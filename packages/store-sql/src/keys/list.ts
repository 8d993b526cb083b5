import { type CursorPosition, type KeyQuery, type KeyRecord, type ListPage, mapInTurns } from '@claviger/core/store'
import { expressionBuilder, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { isLight } from '../database/light.ts'
import type { KeysTable, Tables } from '../database/tables.ts'
import { retrying } from '../database/transaction.ts'
import { chunks, integer } from '../database/values.ts'
import { type OrderedRows, readInOrder } from '../listing/in-order.ts'
import { type PagePlan, pageOf, planPage } from '../listing/page.ts'
import { type WalkedRow, walkPage } from '../listing/walk.ts'
import { nextTurn } from '../next-turn.ts'
import { candidatePlaces } from './candidates.ts'
import { canMatch, conditions, isFiltered, storable } from './conditions.ts'
import { readKey } from './row.ts'

const idsPerStatement = 500

/**
 * Lists keys of one workspace. With conditions, from the index that knows the fewest keys; where all know very many, by
 * walking the listing, some rows at a time. No statement is left to choose between the two.
 */
export async function listKeys(database: Database, asked: KeyQuery): Promise<ListPage<KeyRecord>> {
  const plan = planPage(asked)
  if (!canMatch(asked)) return { items: [], nextCursor: null }
  const query = storable(asked)
  if (!isFiltered(query)) return pageOf(await wholeRows(database, query, plan), plan, readKey)
  const candidates = await candidatePlaces(database, query)
  const { items, nextCursor } = await walkPage(plan, (after, count) =>
    candidates === undefined
      ? walked(database, query, after, count)
      : compared(database, query, candidates, after, count),
  )
  const rows = await rowsOf(database, items)
  return {
    items: (await mapInTurns(items, (id) => readRow(rows.get(id)))).filter((record) => record !== 'corrupt'),
    nextCursor,
  }
}

function readRow(row: Selectable<KeysTable> | undefined): KeyRecord | 'corrupt' {
  return row === undefined ? 'corrupt' : readKey(row)
}

const keys = expressionBuilder<Tables, 'keys'>()

/** All keys of a workspace. */
function keysOf({ workspaceId }: KeyQuery, only: RawBuilder<unknown> = sql`1 = 1`): OrderedRows {
  return { table: 'keys', index: 'list', where: sql`workspace_id = ${workspaceId} and ${only}` }
}

async function wholeRows(
  database: Database,
  query: KeyQuery,
  { after, fetch }: PagePlan,
): Promise<readonly Selectable<KeysTable>[]> {
  return readInOrder(database, keysOf(query, isLight(database.dialect)), sql`*`, { after, count: fetch })
}

/** The next keys of the listing, and which of them match. */
async function walked(
  database: Database,
  query: KeyQuery,
  after: CursorPosition | undefined,
  count: number,
): Promise<readonly WalkedRow<string>[]> {
  type Row = { readonly id: string; readonly created_at: unknown; readonly hit: unknown }
  const rows = await readInOrder<Row>(database, keysOf(query), sql`id, created_at, ${hit(query)}`, { after, count })
  return rows.map((row) => ({
    position: { at: integer(row.created_at), id: row.id },
    item: integer(row.hit) === 1 ? row.id : undefined,
  }))
}

/** The next of some places, and which of them hold a key that matches. */
async function compared(
  database: Database,
  query: KeyQuery,
  places: readonly CursorPosition[],
  after: CursorPosition | undefined,
  count: number,
): Promise<readonly WalkedRow<string>[]> {
  const isLater = ({ at, id }: CursorPosition): boolean =>
    after === undefined || at < after.at || (at === after.at && id > after.id)
  const next = places.filter(isLater).slice(0, count)
  const hits = new Set<string>()
  for (const some of chunks(next, idsPerStatement)) {
    const ids = some.map(({ id }) => id)
    // Not as conditions: SQLite, and at times MariaDB, would read all keys of one of them rather than these.
    const statement = sql<{ id: string; hit: unknown }>`
      select id, ${hit(query)} from ${sql.table('keys')} where ${database.dialect.oneOf(sql.ref('id'), ids)}`
    const { rows } = await retrying(database, () => statement.execute(database.queries))
    for (const row of rows) if (integer(row.hit) === 1) hits.add(row.id)
    await nextTurn()
  }
  return next.map((position) => ({ position, item: hits.has(position.id) ? position.id : undefined }))
}

/** Whether a key matches, as a column: 1 or 0. */
function hit(query: KeyQuery): RawBuilder<unknown> {
  return sql`case when ${conditions(keys, query)} then 1 else 0 end as hit`
}

async function rowsOf(database: Database, ids: readonly string[]): Promise<ReadonlyMap<string, Selectable<KeysTable>>> {
  if (ids.length === 0) return new Map()
  const rows = await retrying(database, () =>
    database.queries
      .selectFrom('keys')
      .selectAll()
      .where((eb) => eb.and([database.dialect.oneOf(eb.ref('id'), ids), isLight(database.dialect)]))
      .execute(),
  )
  return new Map(rows.map((row) => [row.id, row]))
}
