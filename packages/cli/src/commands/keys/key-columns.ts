import type { KeyJson } from '../../backend/shapes.ts'
import { countText } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Style } from '../../text/style.ts'
import type { Column } from '../../text/table.ts'
import { relativeTime } from '../../text/time.ts'

const attentionNames: Readonly<Record<string, string>> = {
  ownerGone: 'Owner gone',
  expiring: 'Expiring',
  rotationDue: 'Rotation due',
  unused: 'Unused',
  neverUsed: 'Never used',
}

/** Why a key needs a look, in words. */
export function attentionText(attention: string): string {
  return attentionNames[attention] ?? safeText(attention)
}

/** The status of a key in words; of one that works and needs a look, why. */
function statusText({ status, attention }: Pick<KeyJson, 'status' | 'attention'>): string {
  const [first] = attention
  if (status === 'active' && first !== undefined) return attentionText(first)
  return status.slice(0, 1).toUpperCase() + status.slice(1)
}

/** The status in words and colour. */
export function statusCell(key: Pick<KeyJson, 'status' | 'attention'>, { colors }: Style): string {
  const text = statusText(key)
  if (key.status === 'revoked' || key.status === 'expired') return colors.red(text)
  if (key.status === 'disabled') return colors.dim(text)
  return key.attention.length > 0 || key.status === 'rotating' ? colors.yellow(text) : colors.green(text)
}

/** What is shown of a token, in the characters of this terminal. */
export function hintText(hint: string, { symbols }: Style): string {
  return safeText(hint).replaceAll('\u2026', symbols.ellipsis)
}

/** The columns of a list of keys. */
export function keyColumns(style: Style, now: number): readonly Column<KeyJson>[] {
  return [
    { title: 'Name', cell: ({ name }) => safeText(name) },
    { title: 'Key', cell: ({ hint }) => hintText(hint, style) },
    { title: 'Env', cell: ({ environment }) => safeText(environment) },
    { title: 'Status', cell: (key) => statusCell(key, style) },
    { title: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'Never' : relativeTime(lastUsedAt, now)) },
    { title: '30d', cell: ({ requestCount30d: count }) => (count === null ? '-' : countText(count)), align: 'right' },
    { title: 'Expires', cell: ({ expiresAt }) => (expiresAt === null ? 'Never' : relativeTime(expiresAt, now)) },
    { title: 'ID', cell: ({ id }) => safeText(id) },
  ]
}

/** The columns of `--plain`: exact values. */
export const plainKeyColumns: readonly Column<KeyJson>[] = [
  { title: 'ID', cell: ({ id }) => safeText(id) },
  { title: 'Name', cell: ({ name }) => safeText(name) },
  { title: 'Key', cell: ({ hint }) => safeText(hint) },
  { title: 'Env', cell: ({ environment }) => safeText(environment) },
  { title: 'Status', cell: ({ status }) => status },
  { title: 'Attention', cell: ({ attention }) => attention.join(',') },
  { title: 'Last used', cell: ({ lastUsedAt }) => lastUsedAt ?? '' },
  { title: '30d', cell: ({ requestCount30d }) => String(requestCount30d ?? '') },
  { title: 'Expires', cell: ({ expiresAt }) => expiresAt ?? '' },
]
