import {
  type AttentionFilter,
  type CursorPosition,
  type KeyQuery,
  type KeyStatus,
  textAfter,
} from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { integer } from '../database/values.ts'
import { retrying } from '../database/transaction.ts'
import { nextTurn } from '../next-turn.ts'

/** A part of an index: a condition on its columns, and the order of the rows in it. */
interface IndexPart {
  /** The name of the index within the table; undefined for the primary key. */
  readonly index: string | undefined
  readonly where: RawBuilder<unknown>
  readonly order: RawBuilder<unknown>
}

// So many places are read to be put in order; where a condition matches more, walking the listing finds them soon.
const mostCandidates = 2_000

/**
 * The places of all keys that can match, in list order, when an index tells that they are few; undefined when the
 * listing has to be walked. Of each condition that the query has, an index knows the keys: the one with the fewest
 * decides. They still have to be compared with the other conditions.
 */
export async function candidatePlaces(
  database: Database,
  query: KeyQuery,
): Promise<readonly CursorPosition[] | undefined> {
  let best: readonly IndexPart[] | undefined
  let fewest = mostCandidates + 1
  for (const parts of optionsOf(query)) {
    const count = await countIn(database, query.workspaceId, parts, fewest)
    if (count >= fewest) continue
    fewest = count
    best = parts
    if (count === 0) return []
  }
  if (best === undefined) return undefined
  const places = new Map<string, CursorPosition>()
  for (const part of best) {
    const rows = await run<{ id: string; created_at: unknown }>(
      database,
      rowsOf(database, query.workspaceId, part, sql`id, created_at`, mostCandidates + 1),
    )
    for (const { id, created_at } of rows) places.set(id, { id, at: integer(created_at) })
  }
  return [...places.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
}

/** Counts, at most up to `most`. */
async function countIn(
  database: Database,
  workspaceId: string,
  parts: readonly IndexPart[],
  most: number,
): Promise<number> {
  let count = 0
  for (const part of parts) {
    if (count >= most) return most
    const rows = rowsOf(database, workspaceId, part, sql`id`, most - count)
    const [row] = await run<{ count: unknown }>(database, sql`select count(*) as count from (${rows}) as counted`)
    count += integer(row?.count)
  }
  return Math.min(count, most)
}

/** Selects columns of the first rows of a part of an index. */
function rowsOf(
  { dialect, naming }: Database,
  workspaceId: string,
  { index, where, order }: IndexPart,
  columns: RawBuilder<unknown>,
  most: number,
): RawBuilder<unknown> {
  const read =
    index === undefined
      ? { hint: sql``, order: sql`order by ${order}` }
      : dialect.byIndex(`${naming.tablePrefix}keys_${index}`, order)
  return sql`select ${columns} from ${sql.table('keys')} ${read.hint}
    where workspace_id = ${workspaceId} and ${where} ${read.order} limit ${sql.lit(most)}`
}

async function run<Row>(database: Database, statement: RawBuilder<unknown>): Promise<readonly Row[]> {
  const { rows } = await retrying(database, () => statement.execute(database.queries))
  await nextTurn()
  return rows as readonly Row[]
}

/** For each condition of a query that an index knows, the parts of that index that hold every key it can match. */
function optionsOf({
  environments,
  ownerIds,
  visibleOwners,
  statuses,
  attention,
  search,
  at,
}: KeyQuery): readonly (readonly IndexPart[])[] {
  const options: (readonly IndexPart[] | undefined)[] = [
    search === undefined ? undefined : searchParts(search),
    statuses?.flatMap((status) => statusParts(status, at)),
    attention === undefined ? undefined : partsOfAll(attention),
    few(ownerIds)?.flatMap((id) => (['user', 'service'] as const).map((type) => ownerPart({ type, id }))),
    few(visibleOwners)?.map(ownerPart),
    few(environments)?.map((environment) => inListOrder('environment', sql`environment = ${environment}`)),
  ]
  return options.filter((parts) => parts !== undefined)
}

/** A long list is not worth a question each. */
function few<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length > 20 ? undefined : items
}

/** The parts of all reasons; undefined as soon as one is in no index. */
function partsOfAll(filters: readonly AttentionFilter[]): readonly IndexPart[] | undefined {
  const parts = filters.map(attentionParts)
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined
}

function inListOrder(index: string | undefined, where: RawBuilder<unknown>): IndexPart {
  return { index, where, order: sql`created_at desc, id` }
}

function by(index: string, column: string, condition: RawBuilder<unknown>): IndexPart {
  return { index, where: sql`${sql.ref(column)} ${condition}`, order: sql.ref(column) }
}

function ownerPart(owner: { readonly type: string; readonly id?: string }): IndexPart {
  const { type, id } = owner
  return id === undefined
    ? { index: 'owner', where: sql`owner_type = ${type}`, order: sql`owner_id` }
    : inListOrder('owner', sql`owner_type = ${type} and owner_id = ${id}`)
}

function statusParts(status: KeyStatus, at: number): readonly IndexPart[] {
  const inState = (where: RawBuilder<unknown>): IndexPart => ({
    index: 'state',
    where,
    order: sql`revoked_at, disabled_at, expires_at`,
  })
  const enabled = sql`revoked_at is null and disabled_at is null`
  switch (status) {
    case 'revoked':
      return [inState(sql`revoked_at is not null`)]
    case 'expired':
      return [by('expiry', 'expires_at', sql`<= ${at}`)]
    case 'disabled':
      return [inState(sql`revoked_at is null and disabled_at is not null`)]
    case 'rotating':
      return [by('overlap', 'previous_ends_at', sql`> ${at}`)]
    case 'active':
      return [inState(sql`${enabled} and expires_at is null`), inState(sql`${enabled} and expires_at > ${at}`)]
  }
}

// The last use is in no index: every flush of usage would have to move the row in all of them.
function attentionParts(filter: AttentionFilter): readonly IndexPart[] | undefined {
  switch (filter.type) {
    case 'rotationDue':
      return [by('rotation', 'secret_created_at', sql`< ${filter.secretCreatedBefore}`)]
    case 'expiring':
      return [by('expiry', 'expires_at', sql`< ${filter.expiresBefore}`)]
    case 'ownerGone':
      return [by('owner_gone', 'owner_gone_at', sql`is not null`)]
    case 'unused':
    case 'neverUsed':
      return undefined
  }
}

function searchParts(search: string): readonly IndexPart[] {
  const folded = search.toLowerCase()
  const after = textAfter(folded)
  const begins = sql`>= ${folded}${after === undefined ? sql`` : sql` and name_folded < ${after}`}`
  return [
    inListOrder(undefined, sql`id = ${search}`),
    inListOrder('last4', sql`last4 = ${search}`),
    by('name', 'name_folded', begins),
  ]
}
