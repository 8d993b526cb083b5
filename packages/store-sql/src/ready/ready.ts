import { ConfigurationError } from '@claviger/core/store'
import { CompiledQuery, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/transaction.ts'
import { toldBy } from '../failures.ts'
import { missingMigrations } from '../migrations/all.ts'
import { nameOf } from '../migrations/migration.ts'
import { tableName } from '../migrations/table-shape.ts'
import { rights } from './rights.ts'
import { type Attempt, ChangedValueError, tryEverything } from './trial.ts'

/**
 * Looks whether the store can be used as it is, and tries everything that it does in operation; what is tried is rolled
 * back.
 *
 * @throws {ConfigurationError} for a server that takes no changes, a wrong setting, missing tables or rights
 */
export async function checkReady(database: Database): Promise<void> {
  database.assertInPlace()
  let attempt: Attempt = { right: 'select', table: 'migrations' }
  try {
    await checkSettings(database)
    await checkTables(database)
    await tryEverything(database, (next) => {
      attempt = next
    })
  } catch (error) {
    throw explained(database, attempt, error)
  }
}

async function checkSettings(database: Database): Promise<void> {
  const { dialect, queries } = database
  const { rows } = await sql<{ refusal: string }>`select ${dialect.writeRefusal} as refusal`.execute(queries)
  const refusal = rows[0]?.refusal ?? ''
  if (refusal !== '') {
    throw new ConfigurationError(
      'store',
      `This ${dialect.title} server takes no changes (${refusal}): what it shows lags behind revocations. Connect to the primary.`,
    )
  }
  for (const check of dialect.settings) {
    const { rows: answer } = await retrying(database, () =>
      queries.executeQuery<Readonly<Record<string, unknown>>>(CompiledQuery.raw(check.query)),
    )
    // A pragma names its column itself.
    if (!check.accepts(String(Object.values(answer[0] ?? {})[0]))) throw new ConfigurationError('store', check.advice)
  }
}

async function checkTables(database: Database): Promise<void> {
  const { dialect, naming, queries } = database
  const missing = await missingMigrations(queries, database)
  if (missing.length === 0) return
  const { rows } = await queries.executeQuery<{ value: string }>(CompiledQuery.raw(dialect.whereAmI))
  const place = rows[0]?.value ?? 'an unknown place'
  const schema = naming.schema === undefined ? '' : ` The option schema is "${naming.schema}".`
  throw new ConfigurationError(
    'store',
    `${dialect.title} lacks ${missing.map(nameOf).join(', ')}: there is no table ` +
      `${tableName(dialect, naming, 'keys')}, or it is older. Connected to ${place}.${schema} ` +
      `Call migrate() of the store once per release, or run migrationSql('${dialect.name}') with the same options. ` +
      'Are the tables elsewhere? Then correct the connection, schema or tablePrefix.',
  )
}

/** What a failure of `ready()` means for the operator. Everything else is an outage. */
function explained(database: Database, { right, table }: Attempt, error: unknown): unknown {
  const { dialect, naming } = database
  const name = tableName(dialect, naming, table)
  const told = toldBy(error)
  if (error instanceof ChangedValueError) {
    return new ConfigurationError(
      'store',
      `${dialect.title}: ${error.message} Does the client change what it reads or writes (type parsers, casts, a proxy)?`,
    )
  }
  switch (dialect.failureOf(error)) {
    case 'forbidden':
      return new ConfigurationError(
        'store',
        `${dialect.title} does not let this user ${right} in ${name}. Grant ${rights[table].join(', ')} on it; the SQL ` +
          `guide lists what each table needs. It said: ${told}`,
      )
    case 'readOnly':
      return new ConfigurationError(
        'store',
        `${dialect.title} takes no changes through this client: ${told} ${dialect.readOnlyAdvice}`,
      )
    default:
      return error
  }
}
