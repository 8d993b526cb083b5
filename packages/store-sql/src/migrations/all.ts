import type { Database, Queries } from '../database/database.ts'
import { integer } from '../database/values.ts'
import { initial } from './initial.ts'
import type { Migration } from './migration.ts'
import { recordVersion2 } from './record-version-2.ts'

/** Every migration, in the order in which they are applied. */
export const allMigrations: readonly Migration[] = [initial, recordVersion2]

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
