import type { Command } from 'commander'
import { createKeyring, type KeyReminder } from '@claviger/core'
import { keyringOptions, openTarget } from '../backend/open-direct.ts'
import { CliError } from '../exits/cli-error.ts'
import { targetOf } from '../settings/settings.ts'
import { plural } from '../text/numbers.ts'
import { safeText } from '../text/safe-text.ts'
import { type Column, plainText, tableText } from '../text/table.ts'
import { relativeTime } from '../text/time.ts'
import type { Act } from './act.types.ts'
import type { Handler } from './context.types.ts'

/** Adds `remind`. */
export function addRemind(program: Command, act: Act): void {
  program
    .command('remind')
    .description('send the reminders that are due, of all workspaces, once: for a cron job; --dry-run lists them')
    .addHelpText(
      'after',
      '\nThey go to onEvent of the configuration. Without one, they are the output of this command, and count as sent.',
    )
    .action(act(remind))
}

/** A reminder as it is shown, and as `--json` writes it. */
interface Reminder {
  readonly id: string
  readonly type: string
  readonly cause: string
  readonly key: {
    readonly id: string
    readonly name: string
    readonly workspaceId: string
    readonly environment: string
    readonly owner: KeyReminder['key']['owner']
  }
}

const remind: Handler = async (context, { dryRun = false, ...flags }) => {
  const loaded = await context.config()
  const target = targetOf(flags, context.io.env, loaded?.config)
  if (target.kind === 'remote') {
    throw new CliError(
      'usage',
      'usage',
      'Reminders are sent by the process that has the store.',
      'Pass --store, or let your server send them.',
    )
  }
  const opened = await openTarget(context.io, target, { flags, loaded })
  const keyring = createKeyring({
    ...(await keyringOptions(opened.store, loaded?.config)),
    // Only what is asked for here.
    reminders: { ...loaded?.config.reminders, every: null },
  })
  const reminders: Reminder[] = []
  const handler = dryRun ? undefined : loaded?.config.onEvent
  try {
    const { sent, failed, isComplete } = await keyring.remind({
      dryRun,
      async onEvent(event) {
        await handler?.(event)
        reminders.push(shownOf(event))
        context.progress(plural(reminders.length, 'reminder'))
      },
    })
    const now = context.io.now()
    return {
      json: { object: 'reminders', dryRun, sent: dryRun ? 0 : sent, failed, isComplete, data: reminders },
      plain: () => plainText(plainColumns, reminders),
      human: (style) => (reminders.length === 0 ? '' : tableText(columnsAt(now), reminders, style)),
      notes: ({ symbols, colors }) => [
        failed > 0
          ? `${colors.red(symbols.failure)} ${plural(failed, 'reminder')} could not be sent: the next run tries again.`
          : `${colors.green(symbols.ok)} ${endText(reminders.length, dryRun)}`,
      ],
      found: failed > 0,
    }
  } finally {
    await keyring.close()
    await opened.close()
    await loaded?.config.close?.()
  }
}

function endText(count: number, dryRun: boolean): string {
  if (count === 0) return 'No reminder is due.'
  return dryRun
    ? `${plural(count, 'reminder')} would be sent. Nothing was changed.`
    : `${plural(count, 'reminder')} sent.`
}

function shownOf({ id, type, cause, key }: KeyReminder): Reminder {
  const { id: keyId, name, workspaceId, environment, owner } = key
  return { id, type, cause: cause.toISOString(), key: { id: keyId, name, workspaceId, environment, owner } }
}

function columnsAt(now: number): readonly Column<Reminder>[] {
  return [
    { title: 'Reminder', cell: ({ type }) => type },
    { title: 'Cause', cell: ({ cause }) => relativeTime(cause, now) },
    { title: 'Name', cell: ({ key }) => safeText(key.name) },
    { title: 'Env', cell: ({ key }) => safeText(key.environment) },
    { title: 'Workspace', cell: ({ key }) => safeText(key.workspaceId) },
    { title: 'Owner', cell: ({ key }) => `${key.owner.type} ${safeText(key.owner.id)}` },
    { title: 'ID', cell: ({ key }) => safeText(key.id) },
  ]
}

const plainColumns: readonly Column<Reminder>[] = [
  { title: 'Reminder', cell: ({ type }) => type },
  { title: 'Cause', cell: ({ cause }) => cause },
  { title: 'ID', cell: ({ key }) => safeText(key.id) },
  { title: 'Workspace', cell: ({ key }) => safeText(key.workspaceId) },
  { title: 'Name', cell: ({ key }) => safeText(key.name) },
]
