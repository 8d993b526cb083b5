import type { Marks } from '@claviger/core/store'
import { readHead } from './changes/head.ts'
import type { Database, Queries } from './database/database.ts'
import { retrying, transaction } from './database/transaction.ts'
import { requireStorable } from './database/values.ts'

// Far more than a keyring ever proposes: a table that someone filled is not read whole.
const maxMarks = 1_000

/** Stores marks whose names are new, and gives all. The second writer of a name reads what the first one wrote. */
export async function exchangeMarks(database: Database, proposed: Marks): Promise<Marks> {
  for (const [name, content] of proposed) {
    requireStorable(name, 'marks.name')
    requireStorable(content, 'marks.content')
  }
  if (proposed.size === 0) return retrying(database, () => readMarks(database.queries))
  return transaction(database, async (queries) => {
    const stored = await readMarks(queries)
    const fresh = [...proposed].filter(([name]) => !stored.has(name))
    if (fresh.length === 0) return stored
    const { storeId } = await readHead(queries)
    await queries
      .insertInto('marks')
      .values(fresh.map(([name, content]) => ({ store_id: storeId, name, content })))
      .execute()
    return new Map([...stored, ...fresh])
  })
}

async function readMarks(queries: Queries): Promise<Marks> {
  const rows = await queries
    .selectFrom('marks')
    .innerJoin('head', 'head.store_id', 'marks.store_id')
    .select(['marks.name', 'marks.content'])
    .limit(maxMarks)
    .execute()
  return new Map(rows.map(({ name, content }) => [name, content]))
}
