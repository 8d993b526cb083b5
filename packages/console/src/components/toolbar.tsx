import type { Attention, KeyStatus, Owner, ServiceAccount } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { type Filters, isNarrowed } from '../reading/filters.ts'
import type { Names } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Fold } from './fold.tsx'
import { Icon } from './icon.tsx'
import { Select } from './select.tsx'
import { attentionLabels, statusLabels } from './status.tsx'

interface ToolbarProps {
  readonly visit: Visit
  readonly filters: Filters
  readonly accounts: readonly ServiceAccount[]
  /** Some of those who have keys. */
  readonly owners: readonly Owner[]
  readonly names: Names
}

const attentions: readonly Attention[] = ['rotationDue', 'unused', 'expiring', 'ownerGone']

/** The filters of the list, as a form whose fields stand in the URL. */
export const Toolbar: FC<ToolbarProps> = ({ visit, filters, accounts, owners, names }) => (
  <form class="toolbar" method="post" action={visit.link('find')} role="search" aria-label="Filter keys" data-filters>
    <div class="field wide search">
      <Icon name="search" />
      <input
        class="control"
        type="search"
        name="q"
        value={filters.q}
        maxlength={255}
        placeholder="Name or part of a key"
        aria-label="Search by name, by the beginning or end of a key as the list shows them, by key ID, or by a whole key"
      />
    </div>
    <Fold count={chosen(filters)} />
    <Select
      name="status"
      label="Status"
      value={filters.status}
      options={[['', 'Any status'], ...(Object.entries(statusLabels) as [KeyStatus, string][])]}
      isQuiet
    />
    <Select
      name="attention"
      label="Attention"
      value={filters.attention}
      options={[['', 'Any attention'], ...attentions.map((one): [string, string] => [one, attentionLabels[one]])]}
      isQuiet
    />
    <Select
      name="environment"
      label="Environment"
      value={filters.environment}
      options={[
        ['', 'Any environment'],
        ...visit.settings.keyring.environments.map((one): [string, string] => [one, one]),
      ]}
      isQuiet
    />
    <Select
      name="owner"
      label="Owner"
      value={filters.owner}
      options={ownerOptions(visit, filters, accounts, owners, names)}
      isQuiet
    />
    {filters.sort !== 'created' && (
      <input type="hidden" name="sort" value={`${filters.descending ? '-' : ''}${filters.sort}`} />
    )}
    {filters.ended && <input type="hidden" name="ended" value="true" />}
    <div class="buttons">
      <button class="button" type="submit" data-apply>
        Apply
      </button>
      {isNarrowed(filters) && (
        <a class="button quiet" href="?">
          Clear
        </a>
      )}
    </div>
  </form>
)

function chosen({ status, attention, environment, owner }: Filters): number {
  return [status, attention, environment, owner].filter((one) => one !== undefined).length
}

function ownerOptions(
  { actor }: Visit,
  { owner }: Filters,
  accounts: readonly ServiceAccount[],
  owners: readonly Owner[],
  names: Names,
): readonly (readonly [string, string])[] {
  const people = owners
    .filter(({ type, id }) => type === 'user' && !(actor.type === 'user' && id === actor.id))
    .map((one) => [one.id, names.of(one).name] as const)
  const services = [
    ...accounts.map(({ id, name }) => [id, name] as const),
    ...owners.filter(({ type }) => type === 'service').map((one) => [one.id, names.of(one).name] as const),
  ]
  const known = new Map<string, string>([
    ['', 'Any owner'],
    ...(actor.type === 'user' ? [[actor.id, 'Me'] as const] : []),
    ...byName(people),
    ...byName(services),
  ])
  if (owner !== undefined && !known.has(owner)) known.set(owner, names.of({ type: 'user', id: owner }).name)
  return [...known]
}

function byName(some: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return some.toSorted(([, a], [, b]) => a.localeCompare(b))
}
