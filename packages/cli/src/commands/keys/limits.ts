import type { Command } from 'commander'
import type { LimitJson } from '../../backend/shapes.ts'
import { countText } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Column, plainText, tableText } from '../../text/table.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'

/** Adds `keys limits`. */
export function addLimits(keys: Command, act: Act): void {
  keys
    .command('limits')
    .description('show what a key has left of the limits of your API')
    .argument('<id>', 'the id of the key')
    .action(act(limits))
}

const limits: Handler = async (context, _flags, [id = '']) => {
  const backend = await context.backend()
  const report = await backend.keys.limits(id)
  return {
    json: report,
    plain: () => plainText(plainColumns, report.limits),
    human: (style) => (report.limits.length === 0 ? none : tableText(columns, report.limits, style)),
  }
}

const none =
  'No limits are known here. Name them in the configuration (limits) or, with --url, in managementApi (limits).'

const columns: readonly Column<LimitJson>[] = [
  { title: 'Limit', cell: ({ name }) => safeText(name) },
  { title: 'By', cell: ({ by }) => safeText(by) },
  { title: 'Allowed', cell: ruleText },
  { title: 'Left', cell: ({ remaining }) => (remaining === null ? '-' : countText(remaining)), align: 'right' },
  { title: 'Until', cell: ({ resetsAt, note }) => safeText(resetsAt ?? note ?? '-') },
]

const plainColumns: readonly Column<LimitJson>[] = [
  { title: 'name', cell: ({ name }) => safeText(name) },
  { title: 'by', cell: ({ by }) => safeText(by) },
  { title: 'requests', cell: ({ requests }) => String(requests ?? '') },
  { title: 'per', cell: ({ per }) => safeText(per ?? '') },
  { title: 'remaining', cell: ({ remaining }) => String(remaining ?? '') },
  { title: 'resetsAt', cell: ({ resetsAt }) => safeText(resetsAt ?? '') },
  { title: 'burstRequests', cell: ({ burst }) => String(burst?.requests ?? '') },
  { title: 'burstPer', cell: ({ burst }) => safeText(burst?.per ?? '') },
]

function ruleText({ requests, per, burst }: LimitJson): string {
  if (requests === null || per === null) return '-'
  const onTop = burst === null ? '' : `, ${countText(burst.requests)} per ${safeText(burst.per)} on top`
  return `${countText(requests)} per ${safeText(per)}${onTop}`
}
