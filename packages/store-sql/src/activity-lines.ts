import {
  type Activity,
  type ActivityAfter,
  type PlacedActivity,
  requireLimit,
  requirePosition,
} from '@claviger/core/store'
import { sql } from 'kysely'
import { readActivity } from './activity.ts'
import type { Database, Queries } from './database/database.ts'
import { isLight } from './database/light.ts'
import { retrying } from './database/transaction.ts'
import { integer } from './database/values.ts'

/**
 * Numbers lines of the log. The transaction holds the head, so that the next number is the one behind the last, and
 * numbers are committed in their order. A line that has a number keeps it.
 */
export async function appendLines(queries: Queries, entries: readonly Activity[]): Promise<void> {
  const lines = sql.table('activity_lines')
  for (const { workspaceId, at, id } of entries) {
    await sql`
      insert into ${lines} (line, workspace_id, created_at, id)
      select ends.line + 1, ${workspaceId}, ${at}, ${id}
      from (select coalesce(max(line), 0) as line from ${lines}) as ends
      where not exists (
        select 1 from ${lines} where created_at = ${at} and workspace_id = ${workspaceId} and id = ${id})`.execute(
      queries,
    )
  }
}

/** Reads lines of all workspaces behind a position, and the last number, in one statement: they belong together. */
export async function activityAfter(database: Database, position: number, limit: number): Promise<ActivityAfter> {
  requirePosition(position)
  requireLimit(limit)
  const [lines, activity] = [sql.table('activity_lines'), sql.table('activity')]
  const statement = sql<{ line: unknown; id: string | null; workspace_id: string; record: string | null }>`
    select numbered.line, numbered.id, numbered.workspace_id,
      case when ${isLight(database.dialect)} then entry.record end as record
    from (select * from ${lines} where line > ${position} order by line limit ${sql.lit(limit)}) as numbered
    left join ${activity} as entry on entry.workspace_id = numbered.workspace_id
      and entry.created_at = numbered.created_at and entry.id = numbered.id
    union all select coalesce(max(line), 0), null, null, null from ${lines}`
  const { rows } = await retrying(database, () => statement.execute(database.queries))
  const items = rows.flatMap((row): readonly PlacedActivity[] => {
    const { id, record } = row
    if (id === null || record === null) return []
    const entry = readActivity({ id, workspace_id: row.workspace_id, record })
    return entry === undefined ? [] : [{ position: integer(row.line), entry }]
  })
  const last = integer(rows.find(({ id }) => id === null)?.line)
  const read = rows.flatMap(({ id, line }) => (id === null ? [] : [integer(line)]))
  return {
    items: items.toSorted((a, b) => a.position - b.position),
    through: read.length < limit ? last : Math.max(...read),
    last,
  }
}
