import type { Command } from 'commander'
import type { UsageRange } from '../../backend/backend.types.ts'
import type {
  KeyJson,
  KeyUsageJson,
  UsageNumbersJson,
  UsagePointJson,
  WorkspaceUsageJson,
} from '../../backend/shapes.ts'
import { CliError } from '../../exits/cli-error.ts'
import { chartText } from '../../text/chart.ts'
import { parseDuration, parseInstant } from '../../text/duration.ts'
import { countText, plural, shareText } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Style } from '../../text/style.ts'
import { factsText, tableText } from '../../text/table.ts'
import { dayText, relativeTime } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'
import { callersOf } from './caller-text.ts'
import { type OverlapUse, secretLines } from './key-facts.ts'

interface UsageFlags {
  readonly from?: string
  readonly to?: string
  readonly last?: string
  readonly bucket?: string
}

/** Adds `keys usage`. */
export function addUsage(parent: Command, act: Act): void {
  parent
    .command('usage')
    .description('show how a key, or the whole workspace, was used')
    .argument('[id]', 'the id of a key (default: all keys)')
    .option('--last <duration>', 'the time until now, such as 24h or 90d (default: 30d)')
    .option('--from <when>', 'from this date or time on')
    .option('--to <when>', 'until this date or time')
    .option('--bucket <size>', 'hour or day (default: hour for up to 2 days)')
    .action(act(usage))
}

const usage: Handler<UsageFlags> = async (context, flags, [id]) => {
  const now = context.io.now()
  const range = rangeOf(flags, now)
  const backend = await context.backend()
  if (id === undefined) {
    const report = await backend.keys.workspaceUsage(range)
    return {
      json: report,
      plain: () => plainSeries(report.series),
      human: (style) => [headline(report, style), ...busiestKeys(report, style, now)].join('\n'),
    }
  }
  const key = await backend.keys.get(id)
  const report = await backend.keys.usage(id, range)
  const overlap = key.status === 'rotating' ? { usage: report, callers: await callersOf(backend, id) } : undefined
  return {
    json: report,
    plain: () => plainSeries(report.series),
    human: (style) => [headline(report, style), ...overlapLines(key, overlap, style, now)].join('\n'),
  }
}

/** The range that flags ask for. Pure. */
function rangeOf({ from, to, last, bucket }: UsageFlags, now: number): UsageRange {
  if (last !== undefined && from !== undefined) {
    throw new CliError('usage', 'usage', '--last and --from exclude each other.', 'Leave one of them out.')
  }
  if (bucket !== undefined && bucket !== 'hour' && bucket !== 'day') {
    throw new CliError('usage', 'usage', '--bucket takes hour or day.', null)
  }
  const end = to === undefined ? now : Date.parse(parseInstant('--to', to))
  const start =
    from === undefined
      ? end - (last === undefined ? 30 * dayMs : parseDuration('--last', last))
      : Date.parse(parseInstant('--from', from))
  return {
    from: new Date(start).toISOString(),
    ...(to !== undefined && { to: new Date(end).toISOString() }),
    bucket: bucket ?? (end - start <= 2 * dayMs ? 'hour' : 'day'),
  }
}

const dayMs = 86_400_000

function headline(report: KeyUsageJson | WorkspaceUsageJson, style: Style): string {
  const { totals, series, bucket, from, to } = report
  const bars = series.map(({ start, allowed, denied }) => ({ label: labelOf(start, bucket), allowed, denied }))
  const last = new Date(Date.parse(to) - 1).toISOString()
  return [
    `${dayText(from)} to ${dayText(last)} (UTC)`,
    ...(totals.requests === 0 ? [] : [chartText(bars, style)]),
    totalsText(totals),
    ...deniedLines(totals, style),
  ].join('\n')
}

function labelOf(start: string, bucket: string): string {
  return bucket === 'hour' ? `${start.slice(5, 10)} ${start.slice(11, 16)}` : start.slice(0, 10)
}

function totalsText({ requests, denied, deniedRate, serverErrors, errorRate }: UsageNumbersJson): string {
  return (
    `${plural(requests, 'request')}, ${countText(denied)} denied (${shareText(deniedRate)}), ` +
    `${countText(serverErrors)} server errors (${shareText(errorRate)})`
  )
}

function deniedLines({ deniedBy, lacked }: UsageNumbersJson, style: Style): readonly string[] {
  const inOrder = (counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
    Object.entries(counts).toSorted(([, one], [, other]) => other - one)
  const causes = inOrder(deniedBy).flatMap(([code, count]) => [
    [code, count] as const,
    ...inOrder(lacked[code] ?? {}).map(([name, ofName]) => [`  ${name}`, ofName] as const),
  ])
  return causes.length === 0
    ? []
    : [
        factsText(
          causes.map(([code, count]) => [safeText(code), countText(count)] as const),
          style,
        ),
      ]
}

function busiestKeys({ byKey, activeKeys }: WorkspaceUsageJson, style: Style, now: number): readonly string[] {
  if (byKey.length === 0) return []
  const table = tableText(
    [
      { title: 'Key ID', cell: ({ keyId }) => safeText(keyId) },
      { title: 'Requests', cell: ({ requests }) => countText(requests), align: 'right' },
      { title: 'Denied', cell: ({ denied }) => countText(denied), align: 'right' },
      { title: 'Last used', cell: ({ lastUsedAt }) => relativeTime(lastUsedAt, now) },
    ],
    byKey,
    style,
  )
  return ['', activeKeys === null ? 'Busiest keys' : `Busiest of ${plural(activeKeys, 'active key')}`, table]
}

function overlapLines(key: KeyJson, overlap: OverlapUse | undefined, style: Style, now: number): readonly string[] {
  return overlap === undefined ? [] : ['', ...secretLines(key, overlap, style, now)]
}

/** Start, requests, allowed, denied, client errors, server errors. */
function plainSeries(series: readonly UsagePointJson[]): string {
  return series
    .map(({ start, requests, allowed, denied, clientErrors, serverErrors }) =>
      [start, requests, allowed, denied, clientErrors, serverErrors].join('\t'),
    )
    .join('\n')
}
