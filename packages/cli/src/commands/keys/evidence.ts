import type { CallerJson, KeyJson } from '../../backend/shapes.ts'
import { countText } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import { relativeTime } from '../../text/time.ts'
import { callerTexts } from './caller-text.ts'

const hotMs = 7 * 86_400_000

/** Whether ending a key is likely to hurt: it was used in the last seven days, or is one of production. */
export function isHot({ lastUsedAt, environment, status }: KeyJson, now: number): boolean {
  if (status === 'revoked' || status === 'expired') return false
  return environment === 'production' || (lastUsedAt !== null && now - Date.parse(lastUsedAt) < hotMs)
}

/** What is known about the use of a key, before it is ended. */
export function evidenceOf(key: KeyJson, now: number, callers: readonly CallerJson[] = []): string {
  const { name, lastUsedAt, requestCount30d } = key
  if (lastUsedAt === null) return `${safeText(name)} was never used.`
  const count = requestCount30d === null ? '' : `, ${countText(requestCount30d)} requests in 30 days`
  return `${safeText(name)} was last used ${relativeTime(lastUsedAt, now)}${count}.${calledBy(key, now, callers)}`
}

/** Who stops working with it, in a sentence; empty where that is not known. */
export function calledBy({ id, secrets }: KeyJson, now: number, callers: readonly CallerJson[]): string {
  const working = secrets.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now)
  const stopped = callers.filter(({ version }) => working.some((secret) => secret.version === version))
  return stopped.length === 0 ? '' : ` Called by ${callerTexts(stopped, id, now).join('; ')}.`
}
