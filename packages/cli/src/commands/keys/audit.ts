import type { Command } from 'commander'
import type { KeyJson } from '../../backend/shapes.ts'
import { parseDuration } from '../../text/duration.ts'
import { plural } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Style } from '../../text/style.ts'
import { type Column, plainText, tableText } from '../../text/table.ts'
import { relativeTime } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'
import { livingKeys } from './all-keys.ts'
import { attentionText } from './key-columns.ts'
import { overdueBy, overdueByPolicy, type OverdueLimits } from './overdue.ts'

interface AuditFlags {
  readonly maxAge?: string
  readonly unused?: string
  readonly expiring?: string
}

interface Finding {
  readonly key: KeyJson
  readonly reasons: readonly string[]
}

/** Adds `keys audit`. */
export function addAudit(parent: Command, act: Act): void {
  parent
    .command('audit')
    .description('find keys that are overdue; exit code 1 when there is one: a check for CI')
    .option('--max-age <duration>', 'secrets older than this, such as 90d')
    .option('--unused <duration>', 'keys not used for this long')
    .option('--expiring <duration>', 'keys that expire within this time')
    .addHelpText('after', '\nWithout these flags, the policy of the product counts.')
    .action(act(audit))
}

const audit: Handler<AuditFlags> = async (context, flags) => {
  const limits = limitsOf(flags)
  const backend = await context.backend()
  const now = context.io.now()
  const findings: Finding[] = []
  let checked = 0
  for await (const key of livingKeys(backend)) {
    const reasons = limits === undefined ? overdueByPolicy(key) : overdueBy(key, limits, now)
    if (reasons.length > 0) findings.push({ key, reasons })
    checked += 1
    if (checked % 100 === 0) context.progress(`${checked} keys checked`)
  }
  return {
    json: { object: 'audit', checked, overdue: findings.length, data: findings },
    plain: () => plainText(plainColumns, findings),
    human: (style) => (findings.length === 0 ? '' : tableText(columns(style, now), findings, style)),
    notes: ({ symbols, colors }) =>
      findings.length === 0
        ? [`${colors.green(symbols.ok)} ${plural(checked, 'key')} checked, nothing is overdue.`]
        : [`${colors.red(symbols.failure)} ${findings.length} of ${plural(checked, 'key')} need a look.`],
    found: findings.length > 0,
  }
}

/** Undefined without any flag. */
function limitsOf({ maxAge, unused, expiring }: AuditFlags): OverdueLimits | undefined {
  if (maxAge === undefined && unused === undefined && expiring === undefined) return undefined
  return {
    ...(maxAge !== undefined && { maxAgeMs: parseDuration('--max-age', maxAge) }),
    ...(unused !== undefined && { unusedMs: parseDuration('--unused', unused) }),
    ...(expiring !== undefined && { expiringMs: parseDuration('--expiring', expiring) }),
  }
}

function columns({ colors }: Style, now: number): readonly Column<Finding>[] {
  return [
    { title: 'Name', cell: ({ key }) => safeText(key.name) },
    { title: 'Env', cell: ({ key }) => safeText(key.environment) },
    { title: 'Why', cell: ({ reasons }) => colors.yellow(reasons.map(attentionText).join(', ')) },
    { title: 'Secret made', cell: ({ key }) => relativeTime(key.secrets[0]?.createdAt ?? key.createdAt, now) },
    { title: 'Last used', cell: ({ key }) => (key.lastUsedAt === null ? 'Never' : relativeTime(key.lastUsedAt, now)) },
    { title: 'Owner', cell: ({ key }) => `${key.owner.type} ${safeText(key.owner.id)}` },
    { title: 'ID', cell: ({ key }) => safeText(key.id) },
  ]
}

const plainColumns: readonly Column<Finding>[] = [
  { title: 'ID', cell: ({ key }) => safeText(key.id) },
  { title: 'Name', cell: ({ key }) => safeText(key.name) },
  { title: 'Why', cell: ({ reasons }) => reasons.join(',') },
]
