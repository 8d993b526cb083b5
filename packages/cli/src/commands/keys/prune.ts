import type { Command } from 'commander'
import type { KeyJson } from '../../backend/shapes.ts'
import { CliError } from '../../exits/cli-error.ts'
import { parseDuration } from '../../text/duration.ts'
import { plural } from '../../text/numbers.ts'
import { plainText, tableText } from '../../text/table.ts'
import type { Act } from '../act.types.ts'
import { requireConfirmation } from '../confirm.ts'
import type { Handler, Outcome } from '../context.types.ts'
import { livingKeys } from './all-keys.ts'
import { keyColumns, plainKeyColumns } from './key-columns.ts'
import { overdueBy } from './overdue.ts'
import { revocationOutcome, revokeAll } from './revocations.ts'

interface PruneFlags {
  readonly unused?: string
  readonly reason?: string
}

/** Adds `keys prune`. */
export function addPrune(parent: Command, act: Act): void {
  parent
    .command('prune')
    .description('revoke keys that were not used for a long time')
    .option('--unused <duration>', 'how long, such as 90d; for keys that were never used, since they were made')
    .option('--reason <text>', 'why, for the activity log (default: not used for ...)')
    .addHelpText('after', '\nWith --dry-run, the keys are listed and nothing is changed.')
    .action(act(prune))
}

const prune: Handler<PruneFlags> = async (context, flags) => {
  if (flags.unused === undefined) {
    throw new CliError('usage', 'flag_missing', 'The flag --unused is missing.', 'Write --unused 90d, for example.')
  }
  const unusedMs = parseDuration('--unused', flags.unused)
  if (unusedMs < 3_600_000) {
    throw new CliError('usage', 'usage', '--unused takes at least 1h: uses are stored seconds later.', null)
  }
  const backend = await context.backend()
  const now = context.io.now()
  const keys: KeyJson[] = []
  let checked = 0
  for await (const key of livingKeys(backend)) {
    if (overdueBy(key, { unusedMs }, now).some((reason) => reason === 'unused' || reason === 'neverUsed'))
      keys.push(key)
    checked += 1
    if (checked % 100 === 0) context.progress(`${checked} keys checked`)
  }
  if (keys.length === 0 || flags.dryRun === true) return planned(keys, now)
  const what = plural(keys.length, 'key')
  await requireConfirmation(context, {
    question: `${what} not used for ${flags.unused}.`,
    typed: what,
    act: `revoke ${what}`,
  })
  const reason = flags.reason ?? `Not used for ${flags.unused}`
  const results = await revokeAll(
    context,
    backend,
    keys.map(({ id }) => id),
    reason,
  )
  return revocationOutcome(keys, results, backend)
}

function planned(keys: readonly KeyJson[], now: number): Outcome {
  return {
    json: { dryRun: true, keys },
    plain: () => plainText(plainKeyColumns, keys),
    human: (style) => (keys.length === 0 ? '' : tableText(keyColumns(style, now), keys, style)),
    notes: () => [
      keys.length === 0 ? 'Nothing to revoke.' : `Would revoke ${plural(keys.length, 'key')}. Nothing was changed.`,
    ],
  }
}
