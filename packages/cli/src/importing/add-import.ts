import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { ImportKeyBody } from '@claviger/management/client'
import type { Backend } from '../backend/backend.types.ts'
import type { Act } from '../commands/act.types.ts'
import { requireConfirmation } from '../commands/confirm.ts'
import type { Context, Handler } from '../commands/context.types.ts'
import { collect } from '../commands/flags.ts'
import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'
import { parseOwnerRef } from '../settings/owner-ref.ts'
import { listOf, pairsOf } from '../text/lists.ts'
import { countText, plural } from '../text/numbers.ts'
import { batchesOf } from './batches.ts'
import { entryOf, type Mapping } from './entry.ts'
import { importOutcome } from './import-outcome.ts'
import type { Described, Product } from './products/product.types.ts'
import { products } from './products/products.ts'
import { rowsFromDatabase } from './rows/from-database.ts'
import { rowsFromFile } from './rows/from-file.ts'
import type { Rows } from './rows/rows.types.ts'
import { nothing, type Tally, withBatch, withLeftOut } from './tally.ts'

interface ImportFlags {
  readonly from?: string
  readonly table?: string
  readonly env?: string
  readonly owner?: string
  readonly ownerType: 'user' | 'service'
  readonly permission?: readonly string[]
  readonly map?: readonly string[]
}

/** Adds `import`. */
export function addImport(program: Command, act: Act): void {
  program
    .command('import <source>')
    .description('bring in keys that were issued elsewhere, by the SHA-256 of their tokens')
    .addOption(new Option('--from <product>', 'whose rows they are').choices(Object.keys(products)))
    .option('--table <name>', 'with a database: the table (default: the one of the product)')
    .option('--env <name>', 'the environment of rows that name none; cannot be changed later')
    .option('--owner <owner>', 'user:<id> or service:<id>: for rows that name no owner')
    .addOption(
      new Option('--owner-type <type>', 'what the ids of owners in rows are')
        .choices(['user', 'service'])
        .default('user'),
    )
    .option('--permission <name>', 'in place of what the rows say; may be repeated', collect)
    .option('--map <theirs=ours>', 'a permission of the rows that is called otherwise here; may be repeated', collect)
    .addHelpText(
      'after',
      '\n<source> is a file (CSV, JSON, one JSON object a line), or postgres://, mysql://, sqlite:.\nWhat would happen is shown first. Run it again as often as you like: what is there stays as it is.',
    )
    .action(act(importKeys))
}

const importKeys: Handler<ImportFlags> = async (context, flags, [source = '']) => {
  const product = productOf(flags.from)
  const backend = await context.backend()
  const mapping = mappingOf(flags, backend)
  const entry = (described: Described): ImportKeyBody => entryOf(described, mapping)
  const rows = await open(context.io, source, flags.table ?? product.table)
  try {
    const planned = await pass(context, backend, { rows, product, entry, dryRun: true })
    if (flags.dryRun === true || planned.imported === 0) return importOutcome(planned, true, rows.place)
    await requireConfirmation(context, {
      question: `${rows.place}: ${described(planned)}`,
      typed: undefined,
      act: `import ${plural(planned.imported, 'key')} to ${backend.place}`,
    })
    return importOutcome(await pass(context, backend, { rows, product, entry, dryRun: false }), false, rows.place)
  } finally {
    await rows.close().catch(() => undefined)
  }
}

interface Pass {
  readonly rows: Rows
  readonly product: Product
  readonly entry: (described: Described) => ImportKeyBody
  readonly dryRun: boolean
}

/** Reads the table once, and sends it a few keys at a time. */
async function pass(
  { progress }: Pick<Context, 'progress'>,
  backend: Backend,
  { rows, product, entry, dryRun }: Pass,
): Promise<Tally> {
  let tally = nothing
  for await (const part of batchesOf(rows, product, entry)) {
    if ('ended' in part) {
      tally = withLeftOut(tally, part)
      continue
    }
    tally = withBatch(tally, part, await backend.keys.import(part.keys, dryRun))
    progress(dryRun ? `${countText(tally.rows)} rows checked` : `${countText(tally.imported)} keys imported`)
  }
  return tally
}

function described({ imported, present, failed }: Tally): string {
  return `${plural(imported, 'new key')}, ${countText(present)} there already, ${countText(failed)} that cannot be imported.`
}

function productOf(from: string | undefined): Product {
  const product = from === undefined ? undefined : products[from]
  if (product !== undefined) return product
  throw new CliError(
    'usage',
    'flag_missing',
    'The flag --from is missing.',
    `Write --from ${Object.keys(products).join(', --from ')}.`,
  )
}

function mappingOf(flags: ImportFlags, { defaults, environments }: Backend): Mapping {
  return {
    environment: flags.env ?? defaults.environment ?? (environments?.length === 1 ? environments[0] : undefined),
    permissions: listOf(flags.permission),
    renamed: pairsOf('--map', flags.map),
    owner: flags.owner === undefined ? undefined : parseOwnerRef(flags.owner),
    ownerType: flags.ownerType,
  }
}

async function open(io: Io, source: string, table: string): Promise<Rows> {
  return /^[a-z][a-z0-9+.-]+:/i.test(source)
    ? rowsFromDatabase(io, source, table)
    : rowsFromFile(resolve(io.cwd, source))
}
