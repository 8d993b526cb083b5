import type { UsageNumbers } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'

const reasons: ReadonlyMap<string, string> = new Map([
  ['insufficient_permission', 'Lacked a permission'],
  ['owner_lacks_permission', 'Owner lacked the permission'],
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
export function reasonLabel(code: string): string {
  return reasons.get(code) ?? code
}

/** A key that had requests of a reason. */
interface DeniedKey {
  readonly id: string
  readonly name: string
  readonly count: number
}

interface ReasonsProps {
  readonly visit: Visit
  readonly of: Pick<UsageNumbers, 'denied' | 'deniedBy' | 'lacked'>
  /** Where a reason leads; with what was lacked, where that is known. */
  readonly link?: (lacked?: string) => string
  /** Whose requests they were, the most first. */
  readonly keysOf?: (code: string) => readonly DeniedKey[]
}

const mostReasons = 8
const mostNames = 6

/** Why requests were denied, the most frequent reason first, with what they lacked. */
export const Reasons: FC<ReasonsProps> = ({ visit: { format, link: to }, of, link, keysOf = () => [] }) => {
  const sorted = inOrder(of.deniedBy)
  if (sorted.length === 0) return <p class="inner muted">No request was denied.</p>
  return (
    <ul class="rows reasons">
      {sorted.slice(0, mostReasons).map(([code, count]) => (
        <li>
          <div>
            {link === undefined ? (
              <strong>{reasonLabel(code)}</strong>
            ) : (
              <a class="title" href={link()}>
                {reasonLabel(code)}
              </a>
            )}
            <Lacked format={format} of={inOrder(of.lacked[code] ?? {})} link={link} total={count} />
            {keysOf(code).length > 0 && (
              <div class="small muted">
                {keysOf(code).map(({ id, name, count: ofKey }, index) => (
                  <>
                    {index > 0 && ', '}
                    <a href={to(`keys/${id}`)}>
                      <bdi>{name}</bdi>
                    </a>{' '}
                    <span class="nums">{format.number(ofKey)}</span>
                  </>
                ))}
              </div>
            )}
          </div>
          <span class="nums">
            {format.number(count)} <span class="muted">({format.percent(count / Math.max(1, of.denied))})</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

/** What was lacked, each with how many requests lacked it. */
const Lacked: FC<{
  readonly format: Visit['format']
  readonly of: readonly (readonly [name: string, count: number])[]
  readonly link: ((lacked: string) => string) | undefined
  /** How many requests were denied for it: one name that accounts for all does not say it again. */
  readonly total: number
}> = ({ format, of, link, total }) =>
  of.length === 0 ? null : (
    <div class="small lacked">
      {of.slice(0, mostNames).map(([name, count]) => (
        <span class="nowrap">
          {link === undefined ? (
            <code>{name}</code>
          ) : (
            <a href={link(name)}>
              <code>{name}</code>
            </a>
          )}
          {count !== total && <span class="nums muted"> {format.number(count)}</span>}
        </span>
      ))}
      {of.length > mostNames && <span class="muted">and {of.length - mostNames} more</span>}
    </div>
  )

function inOrder(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a)
}
