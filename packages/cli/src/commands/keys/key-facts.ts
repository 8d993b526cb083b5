import type { CallerJson, KeyJson, KeyUsageJson } from '../../backend/shapes.ts'
import { countText, shareText } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Style } from '../../text/style.ts'
import { factsText } from '../../text/table.ts'
import { relativeTime, timeText } from '../../text/time.ts'
import { callerTexts } from './caller-text.ts'
import { attentionText, hintText, statusCell } from './key-columns.ts'
import { resourcesText } from './restrictions.ts'

/** Everything about one key, for people. */
export function keyFacts(key: KeyJson, overlap: OverlapUse | undefined, style: Style, now: number): string {
  const when = (at: string | null): string => (at === null ? '' : `${timeText(at)} (${relativeTime(at, now)})`)
  const facts: readonly (readonly [string, string])[] = [
    ['ID', safeText(key.id)],
    ['Key', hintText(key.hint, style)],
    ['Environment', safeText(key.environment)],
    ['Status', statusCell(key, style)],
    ['Attention', key.attention.map(attentionText).join(', ')],
    ['Description', safeText(key.description ?? '')],
    ['Owner', `${key.owner.type} ${safeText(key.owner.id)}`],
    ['Permissions', safeText(key.permissions.join(', ')) || 'none'],
    ['Works from', key.allowedAddresses.map(safeText).join(', ')],
    ['Reaches only', resourcesText(key.resources)],
    ['Created', `${when(key.createdAt)} by ${key.createdBy.type} ${safeText(key.createdBy.id)}`],
    ['Last used', key.lastUsedAt === null ? 'Never' : when(key.lastUsedAt)],
    ['30 days', usageText(key)],
    ['Expires', key.expiresAt === null ? 'Never' : when(key.expiresAt)],
    ['Rotation due', when(key.rotationDueAt)],
    ['Disabled', when(key.disabledAt)],
    [
      'Revoked',
      key.revokedAt === null ? '' : [when(key.revokedAt), safeText(key.revokedReason ?? '')].join(' ').trim(),
    ],
    ...Object.entries(key.metadata).map(([name, value]) => [safeText(name), safeText(value)] as const),
  ]
  const secrets = key.secrets.length < 2 ? [] : ['', ...secretLines(key, overlap, style, now)]
  return [style.colors.bold(safeText(key.name)), factsText(facts, style), ...secrets].join('\n')
}

function usageText({ requestCount30d, deniedCount30d }: KeyJson): string {
  if (requestCount30d === null) return ''
  return `${countText(requestCount30d)} requests, ${countText(deniedCount30d ?? 0)} denied`
}

/** How the secrets of a key in its overlap are used. */
export interface OverlapUse {
  readonly usage: KeyUsageJson
  /** Who used them, as far as that is known. */
  readonly callers: readonly CallerJson[]
}

/** Both secrets of a key in its overlap, who uses the older one, and how much of the traffic comes with it. */
export function secretLines(
  { id, secrets }: Pick<KeyJson, 'id' | 'secrets'>,
  overlap: OverlapUse | undefined,
  style: Style,
  now: number,
): readonly string[] {
  const lastUsed = (version: number): string => {
    const at = overlap?.usage.secrets.find((secret) => secret.version === version)?.lastUsedAt
    return at === undefined ? 'not used yet' : `last used ${relativeTime(at, now)}`
  }
  const lines = secrets.flatMap(({ version, hint, expiresAt }) => {
    if (expiresAt === null) return [`  Current   ${hintText(hint, style)}  ${lastUsed(version)}`]
    const callers = overlap?.callers.filter((caller) => caller.version === version) ?? []
    return [
      `  Previous  ${hintText(hint, style)}  ${lastUsed(version)}, stops ${relativeTime(expiresAt, now)}`,
      ...callerTexts(callers, id, now).map((text) => `            ${text}`),
    ]
  })
  const share = overlap?.usage.previousSecretShare
  return share === undefined || share === null
    ? lines
    : [...lines, `  ${shareText(share)} of the requests since the rotation came with the previous secret.`]
}
