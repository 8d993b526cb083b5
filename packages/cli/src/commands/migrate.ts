import type { Command } from 'commander'
import { migrationSql, type SqlDialectName } from '@claviger/store-sql'
import { openTarget } from '../backend/open-direct.ts'
import { CliError } from '../exits/cli-error.ts'
import type { Io } from '../edge/io.types.ts'
import type { LoadedConfig } from '../settings/load-config.ts'
import { targetOf } from '../settings/settings.ts'
import { parseStoreUrl } from '../stores/store-url.ts'
import { parseStoreOptions } from '../stores/store-options.ts'
import { parseCount } from '../text/lists.ts'
import { safeText } from '../text/safe-text.ts'
import type { Act } from './act.types.ts'
import type { Handler, Outcome } from './context.types.ts'

interface MigrateFlags {
  readonly sql?: boolean
  readonly dialect?: string
  readonly after?: string
  /** False with `--no-transaction`. */
  readonly transaction: boolean
}

const dialects: readonly SqlDialectName[] = ['postgres', 'mysql', 'sqlite']

/** Adds `migrate`. */
export function addMigrate(program: Command, act: Act): void {
  program
    .command('migrate')
    .description('bring a store to this version: tables of SQL, indexes of Redis; once per release')
    .option('--sql', 'write the migrations as SQL to standard output, for your own tool, and change nothing')
    .option('--dialect <name>', 'with --sql: postgres, mysql or sqlite (default: that of the store)')
    .option('--after <version>', 'with --sql: only migrations behind this version')
    .option('--no-transaction', 'with --sql: for tools that run each file in a transaction of their own')
    .action(act(migrate))
}

const migrate: Handler<MigrateFlags> = async (context, flags) => {
  const loaded = await context.config()
  if (flags.sql === true || flags.dryRun === true) return sqlOutcome(sqlText(context.io, flags, loaded))
  const target = targetOf(flags, context.io.env, loaded?.config)
  if (target.kind === 'remote') {
    throw new CliError('usage', 'usage', 'Tables are not made through the management API.', 'Pass --store.')
  }
  context.progress('Migrating')
  const opened = await openTarget(context.io, target, { flags, loaded }, true)
  try {
    if (opened.migrate === undefined) return outcome([], opened.place, 'needs no tables')
    const applied = await opened.migrate()
    return outcome(applied, opened.place, 'is up to date')
  } finally {
    await opened.close()
    await loaded?.config.close?.()
  }
}

function outcome(applied: readonly string[], place: string, otherwise: string): Outcome {
  return {
    json: { object: 'migration', applied, place },
    human: () => '',
    notes: ({ symbols, colors }) =>
      applied.length === 0
        ? [`${colors.green(symbols.ok)} ${safeText(place)} ${otherwise}.`]
        : applied.map((name) => `${colors.green(symbols.ok)} ${safeText(place)}: applied ${safeText(name)}`),
  }
}

function sqlOutcome(sql: string): Outcome {
  return { json: { object: 'migration', sql }, human: () => sql.trimEnd() }
}

type Given = Parameters<typeof migrate>[1]

function sqlText(io: Pick<Io, 'env' | 'cwd'>, flags: Given, loaded: LoadedConfig | undefined): string {
  const options = { ...loaded?.config.storeOptions, ...parseStoreOptions(flags.storeOption) }
  const { tablePrefix, schema } = options
  return migrationSql(dialectOf(io, flags, loaded), {
    ...(typeof tablePrefix === 'string' && { tablePrefix }),
    ...(typeof schema === 'string' && { schema }),
    ...(flags.after !== undefined && { after: parseCount('--after', flags.after, 0, 1_000_000) }),
    transaction: flags.transaction,
  })
}

function dialectOf(io: Pick<Io, 'env' | 'cwd'>, flags: Given, loaded: LoadedConfig | undefined): SqlDialectName {
  const named = dialects.find((dialect) => dialect === flags.dialect)
  if (named !== undefined) return named
  if (flags.dialect !== undefined) {
    throw new CliError('usage', 'usage', `--dialect takes ${dialects.join(', ')}.`, null)
  }
  const target = targetOf(flags, io.env, loaded?.config)
  const kind = target.kind === 'direct' && typeof target.store === 'string' && parseStoreUrl(target.store, io.cwd).kind
  const dialect = dialects.find((name) => name === kind)
  if (dialect !== undefined) return dialect
  throw new CliError('usage', 'usage', 'It is not known which database the SQL is for.', 'Pass --dialect postgres.')
}
