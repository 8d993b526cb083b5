import type { ActivityEntry, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { actionLabels } from '../components/activity-list.tsx'
import { ActivityTable } from '../components/activity-table.tsx'
import { Banner } from '../components/banner.tsx'
import { ChosenFilters, timeWords } from '../components/chosen-filters.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { LogToolbar } from '../components/log-toolbar.tsx'
import { Page } from '../components/page.tsx'
import { SeveralKeys } from '../components/several-keys.tsx'
import { replacedBy } from '../reading/fits.ts'
import { filtersSet, isKeyId, type LogFilters, logFiltersFrom, logSearch } from '../reading/log-filters.ts'
import { meantKeys } from '../reading/meant-key.ts'
import { type Names, readNames, whoIn } from '../reading/names.ts'
import { nearestLines } from '../reading/nearest-lines.ts'
import { type Period, periodOptions } from '../reading/periods.ts'
import { type LogPage, readLog } from '../reading/read-log.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import { required } from './required.ts'

/** Who did what to keys and service accounts. */
export async function showActivity(visit: Visit): Promise<Answer> {
  required(visit, 'viewActivity')
  const filters = await knownEnding(visit, logFiltersFrom(visit.query, actionLabels))
  const { key, user, cursor } = filters
  const isNarrowed = filtersSet(filters) > 0 || cursor !== undefined
  const [found, latest, several] = await Promise.all([
    readLog(visit, filters),
    // Whom one can choose: those who did something lately.
    isNarrowed && visit.can.listAll ? visit.keys.activity({ limit: 100 }) : undefined,
    // A text that means no single key is offered as those that it fits.
    key === undefined || isKeyId(key) || cursor !== undefined ? [] : meantKeys(visit, key),
  ])
  const { items } = found
  const names = await readNames(visit, [
    ...whoIn(items),
    ...items.map(({ target: { type, id } }) => ({
      type: type === 'key' ? ('key' as const) : ('service' as const),
      id,
    })),
    ...(latest?.items ?? []).map(({ actor }) => actor),
    ...(user === undefined ? [] : [{ type: 'user' as const, id: user }]),
    ...(isKeyId(key) ? [{ type: 'key' as const, id: key }] : []),
  ])
  const isEmpty = items.length === 0 && several.length === 0 && found.renamed === null && cursor === undefined
  const nearest = isEmpty ? await nearestLines(visit, filters) : undefined
  const people = new Set([...usersOf(latest?.items ?? items), ...(user === undefined ? [] : [user])])
  return page(<ActivityPage {...{ visit, filters, found, several, nearest, names, people: [...people] }} />)
}

function usersOf(items: readonly ActivityEntry[]): readonly string[] {
  return items.flatMap(({ actor: { type, id } }) => (type === 'user' ? [id] : []))
}

/** The ending is said only of a key that has it: a URL may come from anyone. */
async function knownEnding(visit: Visit, filters: LogFilters): Promise<LogFilters> {
  const { key: id, ending } = filters
  if (id === undefined || ending === undefined) return filters
  const key = await visit.keys.get(id).catch(() => undefined)
  const isKnown = key !== undefined && replacedBy(key, ending) !== undefined
  return isKnown ? filters : { ...filters, ending: undefined }
}

interface ActivityPageProps {
  readonly visit: Visit
  readonly filters: LogFilters
  readonly found: LogPage
  /** The keys that a text fits which means no single one. */
  readonly several: readonly ManagedKey[]
  /** A wider time with lines, where there are none. */
  readonly nearest: Period | 'any' | undefined
  readonly names: Names
  /** Ids of users to choose from. */
  readonly people: readonly string[]
}

const ActivityPage: FC<ActivityPageProps> = ({ visit, filters, found, several, nearest, names, people }) => (
  <Page visit={visit} section="activity" heading="Activity">
    <Head
      title="Activity"
      lead={
        visit.can.listAll
          ? 'Everything that was done to keys and service accounts of this workspace.'
          : 'What you did. Open a key to see everything that was done to it.'
      }
    />
    <LogToolbar visit={visit} filters={filters} people={people} names={names} />
    <ChosenFilters visit={visit} filters={filters} names={names} />
    {filters.key !== undefined && filters.ending !== undefined && (
      <Banner tone="info">
        <code>&hellip;{filters.ending}</code> is the previous secret of{' '}
        <a href={visit.link(`keys/${encodeURIComponent(filters.key)}`)}>
          <bdi>{names.of({ type: 'key', id: filters.key }).name}</bdi>
        </a>
        .
      </Banner>
    )}
    {found.renamed !== null && found.items.length > 0 && (
      <Banner tone="info">
        {several.length === 0 ? 'No single key is called this now. ' : ''}Keys that were called this, or something with
        this in it, until they were renamed:
      </Banner>
    )}
    <div class="card">
      {several.length > 0 || found.items.length === 0 ? (
        <div class="empty">
          <Icon name="activity" />
          {several.length > 0 ? (
            <SeveralKeys keys={several} href={(key) => logSearch({ ...filters, key })} />
          ) : (
            <NothingFound visit={visit} filters={filters} found={found} nearest={nearest} />
          )}
        </div>
      ) : null}
      {found.items.length > 0 && <ActivityTable visit={visit} items={found.items} names={names} />}
      <Pager filters={filters} found={found} />
    </div>
  </Page>
)

const NothingFound: FC<Pick<ActivityPageProps, 'visit' | 'filters' | 'found' | 'nearest'>> = ({
  visit,
  filters,
  nearest,
  found: { renamed, nextCursor },
}) => (
  <>
    <p>
      {renamed === null
        ? nothingIn(timeWords(visit, filters))
        : 'No single key has this in its name, this ID or this ending, and none was renamed from it. Revoked keys count too.'}
    </p>
    {nearest !== undefined && <Wider visit={visit} filters={filters} nearest={nearest} />}
    {renamed !== null && nextCursor !== null && (
      <p class="small">
        Looked at the newest {renamed} changes of keys{filters.when === undefined ? '' : ' of this time'}. There are
        more.
      </p>
    )}
  </>
)

function nothingIn(time: string | undefined): string {
  return time === undefined
    ? 'Nothing was done that fits these filters.'
    : `Nothing was done in this time that fits: ${time}.`
}

const Wider: FC<{ readonly visit: Visit; readonly filters: LogFilters; readonly nearest: Period | 'any' }> = ({
  visit: { now, settings, actor, format },
  filters,
  nearest,
}) => {
  const [, label] = periodOptions(now, settings.timeZone(actor), format).find(([one]) => one === nearest) ?? []
  const when = nearest === 'any' ? undefined : nearest
  return (
    <a class="button" href={logSearch(filters, { when, from: undefined, to: undefined })}>
      {label ?? 'Any time'}
    </a>
  )
}

const Pager: FC<Pick<ActivityPageProps, 'filters' | 'found'>> = ({ filters, found: { renamed, nextCursor } }) =>
  nextCursor === null && filters.cursor === undefined ? null : (
    <div class="pager">
      <span>Newest first</span>
      <span class="buttons">
        {filters.cursor !== undefined && (
          <a class="button small" href={logSearch(filters)}>
            Newest
          </a>
        )}
        {nextCursor !== null && (
          <a class="button small" rel="next" href={logSearch(filters, { cursor: nextCursor })}>
            {renamed === null ? 'Older' : 'Look further'}
          </a>
        )}
      </span>
    </div>
  )
