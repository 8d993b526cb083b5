import type { FC } from 'hono/jsx'
import { type Filters, isNarrowed, searchOf } from '../reading/filters.ts'
import type { Count, Stats } from '../reading/stats.ts'
import type { Visit } from '../visit/visit.types.ts'

interface StatCardsProps {
  readonly visit: Visit
  readonly stats: Stats
  readonly filters: Filters
}

/** What there is to see, as cards that filter the list. */
export const StatCards: FC<StatCardsProps> = ({ visit, stats, filters }) => {
  const { format, link } = visit
  const cleared = { q: undefined, status: undefined, environment: undefined, owner: undefined, attention: undefined }
  const search = (changes: Partial<Filters>): string => searchOf(filters, { ...cleared, ended: false, ...changes })
  const { denied24h } = stats
  return (
    <div class={isNarrowed(filters) ? 'stats brief aside' : 'stats brief'}>
      <StatCard
        visit={visit}
        label="Active"
        count={stats.active}
        href={search({ status: 'active' })}
        isCurrent={filters.status === 'active'}
      />
      <StatCard
        visit={visit}
        label="Rotation due"
        count={stats.rotationDue}
        href={search({ attention: 'rotationDue' })}
        isCurrent={filters.attention === 'rotationDue'}
        isDue
      />
      <StatCard
        visit={visit}
        label={unusedLabel(visit)}
        count={stats.unused}
        href={search({ attention: 'unused' })}
        isCurrent={filters.attention === 'unused'}
        isDue
      />
      <StatCard
        visit={visit}
        label="Expiring soon"
        count={stats.expiring}
        href={search({ attention: 'expiring' })}
        isCurrent={filters.attention === 'expiring'}
        isDue
      />
      {denied24h !== null && (
        <a class={`stat${denied24h.denied === 0 ? ' none' : ''}`} href={link('usage?range=24h')}>
          <span>Denied, 24 hours</span>
          <b>{format.compact(denied24h.denied)}</b>
          <small>of {format.compact(denied24h.requests)} requests</small>
        </a>
      )}
    </div>
  )
}

function unusedLabel({ settings, format }: Visit): string {
  const ms = settings.keyring.policy.unusedAfterMs
  return ms === null || ms < dayMs ? 'Unused' : `Unused ${format.number(Math.round(ms / dayMs))}+ days`
}

const dayMs = 86_400_000

interface StatCardProps {
  readonly visit: Visit
  readonly label: string
  readonly count: Count
  readonly href: string
  readonly isCurrent?: boolean
  readonly isDue?: boolean
}

const StatCard: FC<StatCardProps> = ({
  visit,
  label,
  count: { value, orMore },
  href,
  isCurrent = false,
  isDue = false,
}) => {
  const inside = (
    <>
      <span>{label}</span>
      <b>
        {/* A store that looked at very many keys without a match says so: there may be some. */}
        {value === 0 && orMore ? '?' : visit.format.number(value)}
        {value > 0 && orMore && '+'}
      </b>
    </>
  )
  if (value === 0 && !orMore) return <div class="stat none">{inside}</div>
  return (
    <a class={`stat${isDue ? ' due' : ''}`} href={href} aria-current={isCurrent ? 'true' : undefined}>
      {inside}
    </a>
  )
}
