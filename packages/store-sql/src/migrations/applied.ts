import type { Database, Queries } from '../database/database.ts'
import { integer } from '../database/integers.ts'
import { allMigrations } from './all.ts'
import type { Migration } from './migration.ts'

/** The migrations this version of Claviger needs and the database does not have. */
export async function missingMigrations(queries: Queries, { dialect }: Database): Promise<readonly Migration[]> {
  try {
    const rows = await queries.selectFrom('migrations').select('version').execute()
    const applied = new Set(rows.map(({ version }) => integer(version)))
    return allMigrations.filter(({ version }) => !applied.has(version))
  } catch (error) {
    if (dialect.failureOf(error) === 'missingTable') return allMigrations
    throw error
  }
}
