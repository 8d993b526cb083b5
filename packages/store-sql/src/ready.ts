import { ConfigurationError } from '@claviger/core/store'
import { CompiledQuery } from 'kysely'
import { lockHead } from './changes/head.ts'
import type { Database } from './database/database.ts'
import { transaction } from './database/transaction.ts'
import { missingMigrations } from './migrations/applied.ts'
import { nameOf } from './migrations/migrate.ts'

/**
 * Looks whether the store can be used as it is, up to a lock that only who may write gets: a read-only copy is found out too.
 *
 * @throws {ConfigurationError} for a wrong setting of the database, or missing migrations
 */
export async function checkReady(database: Database): Promise<void> {
  for (const check of database.dialect.settings) {
    const { rows } = await database.queries.executeQuery<{ value: unknown }>(CompiledQuery.raw(check.query))
    if (!check.accepts(String(rows[0]?.value))) throw new ConfigurationError('store', check.advice)
  }
  const missing = await missingMigrations(database.queries, database)
  if (missing.length > 0) {
    throw new ConfigurationError(
      'store',
      `The ${database.dialect.title} database lacks ${missing.map(nameOf).join(', ')} (tables ` +
        `${database.naming.tablePrefix}*). Call migrate() of the store once per release, or run migrationSql('${database.dialect.name}').`,
    )
  }
  await transaction(database, (queries) => lockHead(queries, database.dialect))
}
