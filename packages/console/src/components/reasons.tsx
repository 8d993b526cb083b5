import type { UsageNumbers } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'

const reasons: ReadonlyMap<string, string> = new Map([
  ['insufficient_permission', 'Lacks a permission'],
  ['owner_lacks_permission', 'Owner lacks the permission'],
  ['owner_gone', 'Owner left'],
  ['key_expired', 'Expired'],
  ['key_disabled', 'Disabled'],
  ['key_revoked', 'Revoked'],
  ['key_rotated', 'Old secret after a rotation'],
  ['wrong_environment', 'Wrong environment'],
  ['resource_not_allowed', 'Resource not allowed'],
  ['address_not_allowed', 'Other address'],
  ['wrong_workspace', 'Wrong workspace'],
  ['rate_limited', 'Too many requests'],
])

/** A code of a denial in words. */
function reasonLabel(code: string): string {
  return reasons.get(code) ?? code
}

/** Why requests were denied, the most frequent reason first. */
export const Reasons: FC<{
  readonly visit: Visit
  readonly of: Pick<UsageNumbers, 'denied' | 'deniedBy'>
  /** Where a reason leads. */
  readonly link?: string
}> = ({ visit: { format }, of: { denied, deniedBy }, link }) => {
  const sorted = Object.entries(deniedBy).toSorted(([, a], [, b]) => b - a)
  if (sorted.length === 0) return <p class="inner muted">No request was denied.</p>
  return (
    <ul class="rows">
      {sorted.slice(0, 8).map(([code, count]) => (
        <li>
          <div>
            {link === undefined ? (
              reasonLabel(code)
            ) : (
              <a class="title" href={link}>
                {reasonLabel(code)}
              </a>
            )}
            <div class="small muted">
              <code>{code}</code>
            </div>
          </div>
          <span class="nums">
            {format.number(count)} <span class="muted">({format.percent(count / Math.max(1, denied))})</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
