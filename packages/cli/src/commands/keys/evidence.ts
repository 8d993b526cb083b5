import type { KeyJson } from '../../backend/shapes.ts'
import { countText } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import { relativeTime } from '../../text/time.ts'

const hotMs = 7 * 86_400_000

/** Whether ending a key is likely to hurt: it was used in the last seven days, or is one of production. */
export function isHot({ lastUsedAt, environment, status }: KeyJson, now: number): boolean {
  if (status === 'revoked' || status === 'expired') return false
  return environment === 'production' || (lastUsedAt !== null && now - Date.parse(lastUsedAt) < hotMs)
}

/** What is known about the use of a key, before it is ended. */
export function evidenceOf({ name, lastUsedAt, requestCount30d }: KeyJson, now: number): string {
  if (lastUsedAt === null) return `${safeText(name)} was never used.`
  const count = requestCount30d === null ? '' : `, ${countText(requestCount30d)} requests in 30 days`
  return `${safeText(name)} was last used ${relativeTime(lastUsedAt, now)}${count}.`
}
