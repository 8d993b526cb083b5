import type { ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { Spark } from '../charts/spark.tsx'
import { type Filters, type Sort, searchOf } from '../reading/filters.ts'
import { importedSecret } from '../reading/imported.ts'
import type { Names } from '../reading/names.ts'
import type { UsageFound } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Icon } from './icon.tsx'
import { KeyMenu } from './key-menu.tsx'
import { OverlapLine } from './overlap-line.tsx'
import { LastUsed, lastUsedLabel } from './last-used.tsx'
import { permissionSummary } from './permissions.tsx'
import { Status } from './status.tsx'
import { Time } from './time.tsx'

interface KeyTableProps {
  readonly visit: Visit
  readonly keys: readonly ManagedKey[]
  readonly names: Names
  readonly usage: ReadonlyMap<string, UsageFound>
  /** Makes the headers links that sort. */
  readonly filters?: Filters
  readonly caption: string
}

/** Keys, one a row; on narrow screens one a card. */
export const KeyTable: FC<KeyTableProps> = ({ visit, keys, names, usage, filters, caption }) => {
  const hasUsage = [...usage.values()].some((found) => found !== 'notCounted')
  return (
    <table class="table keys cards">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          <Sortable name="name" label="Name" filters={filters} />
          <th scope="col">Key</th>
          <Sortable name="status" label="Status" filters={filters} />
          {hasUsage && <th scope="col">Requests, 30 days</th>}
          <Sortable name="lastUsed" label="Last used" filters={filters} />
          <Sortable name="expires" label="Expires" filters={filters} late />
          <th scope="col">
            <span class="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr class={key.status === 'revoked' || key.status === 'expired' ? 'ended' : undefined}>
            <td class="name">
              <div class="two">
                <a class="title" href={visit.link(`keys/${key.id}`)}>
                  <bdi>{key.name}</bdi>
                </a>
                <OwnerLine visit={visit} of={key} names={names} />
              </div>
            </td>
            <td data-label="Key">
              <div class="two">
                <code class="nowrap">{key.hint}</code>
                <span title={key.permissions.join(', ')}>
                  {key.environment} &middot; {permissionSummary(visit, key.permissions)}
                  {importedSecret(key, visit.now) !== undefined && ' \u00b7 imported'}
                </span>
              </div>
            </td>
            <td data-label="Status">
              <Status of={key} only={1} />
              <OverlapLine visit={visit} of={key} usage={usage.get(key.id)} />
            </td>
            {hasUsage && (
              <td data-label="Requests, 30 days">
                <UsageCell visit={visit} found={usage.get(key.id)} />
              </td>
            )}
            <td data-label={lastUsedLabel(key)}>
              <LastUsed of={key} format={visit.format} />
            </td>
            <td data-label="Expires" class={key.attention.includes('expiring') ? 'late warn' : 'late'}>
              {key.status === 'revoked' ? (
                <span class="muted">&ndash;</span>
              ) : (
                <Time at={key.expiresAt} format={visit.format} />
              )}
            </td>
            <td class="menu-cell">
              <KeyMenu visit={visit} of={key} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const OwnerLine: FC<{ readonly visit: Visit; readonly of: ManagedKey; readonly names: Names }> = ({
  of: { owner },
  names,
}) => (
  <span>
    {owner.type === 'service' && 'Service account: '}
    <bdi>{names.of(owner).name}</bdi>
  </span>
)

const UsageCell: FC<{ readonly visit: Visit; readonly found: UsageFound | undefined }> = ({ visit, found }) => {
  if (found === undefined || typeof found === 'string') {
    return <span class="muted">{found === 'unavailable' ? 'Unavailable' : 'Not counted'}</span>
  }
  const { number, compact, percent } = visit.format
  const { requests, deniedRate } = found.totals
  const sentence = `${number(requests)} requests in 30 days, ${percent(deniedRate)} denied`
  return (
    <div class="usage-cell" title={sentence}>
      <Spark series={found.series} label={sentence} />
      <span class="nums">{compact(requests)}</span>
    </div>
  )
}

interface SortableProps {
  readonly name: Sort
  readonly label: string
  readonly filters: Filters | undefined
  readonly late?: boolean
}

const Sortable: FC<SortableProps> = ({ name, label, filters, late = false }) => {
  const style = late ? 'late' : undefined
  if (filters === undefined) {
    return (
      <th scope="col" class={style}>
        {label}
      </th>
    )
  }
  const isSorted = filters.sort === name
  const descending = isSorted ? !filters.descending : name === 'lastUsed'
  return (
    <th scope="col" class={style} aria-sort={isSorted ? (filters.descending ? 'descending' : 'ascending') : undefined}>
      <a href={searchOf(filters, { sort: name, descending })}>
        {label}
        <Icon name={isSorted ? (filters.descending ? 'chevron-down' : 'chevron-up') : 'sort'} />
      </a>
    </th>
  )
}
