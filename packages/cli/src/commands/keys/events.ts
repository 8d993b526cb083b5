import type { Command } from 'commander'
import type { EventJson } from '../../backend/shapes.ts'
import { parseInstant } from '../../text/duration.ts'
import { parseCount } from '../../text/lists.ts'
import { safeText } from '../../text/safe-text.ts'
import { changesText } from '../../text/changes.ts'
import { type Column, plainText, tableText } from '../../text/table.ts'
import { timeText } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'

interface EventFlags {
  readonly action?: string
  readonly from?: string
  readonly to?: string
  readonly limit?: string
  readonly cursor?: string
}

/** Adds `keys events`. */
export function addEvents(keys: Command, act: Act): void {
  keys
    .command('events')
    .description('show the activity log, newest first')
    .argument('[id]', 'the id of a key (default: all keys)')
    .option('--action <action>', 'such as key.revoked')
    .option('--from <when>', 'from this date or time on')
    .option('--to <when>', 'until this date or time')
    .option('--limit <count>', 'how many, at most 100 (default: 25)')
    .option('--cursor <cursor>', 'go on where a list ended (nextCursor of --json)')
    .action(act(events))
}

const events: Handler<EventFlags> = async (context, flags, [keyId]) => {
  const { action, from, to, cursor } = flags
  const limit = parseCount('--limit', flags.limit, 25, 100)
  const backend = await context.backend()
  const page = await backend.keys.events({
    limit,
    ...(keyId !== undefined && { keyId }),
    ...(action !== undefined && { action }),
    ...(from !== undefined && { from: parseInstant('--from', from) }),
    ...(to !== undefined && { to: parseInstant('--to', to) }),
    ...(cursor !== undefined && { cursor }),
  })
  return {
    json: page,
    plain: () =>
      plainText(
        columns((at) => at),
        page.data,
      ),
    human: (style) => (page.data.length === 0 ? '' : tableText(shown(keyId !== undefined), page.data, style)),
    notes: () =>
      page.data.length === 0
        ? ['Nothing is logged.']
        : page.hasMore
          ? ['There is more: pass --limit or --cursor.']
          : [],
  }
}

/** For programs: what is new comes last. */
function columns(time: (at: string) => string): readonly Column<EventJson>[] {
  return [
    { title: 'Time', cell: ({ at }) => time(at) },
    { title: 'Action', cell: ({ action }) => safeText(action) },
    { title: 'Of', cell: ({ target }) => safeText(target.id) },
    { title: 'By', cell: ({ actor }) => `${actor.type} ${safeText(actor.id)}` },
    { title: 'From', cell: ({ origin }) => safeText([origin?.ip, origin?.userAgent].filter(Boolean).join(' ')) },
    { title: 'Reason', cell: ({ after }) => reasonOf(after) },
    { title: 'What', cell: changesText },
  ]
}

/** For people: the reason is a part of what was done, and the key that was asked for is known. */
function shown(isOneKey: boolean): readonly Column<EventJson>[] {
  return columns(timeText).filter(({ title }) => title !== 'Reason' && !(isOneKey && title === 'Of'))
}

function reasonOf(after: EventJson['after']): string {
  const reason = after?.['reason']
  return typeof reason === 'string' ? safeText(reason) : ''
}
