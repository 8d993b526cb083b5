import type { Owner } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { Banner } from '../components/banner.tsx'
import { FormerName } from '../components/former-name.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { KeyTable } from '../components/key-table.tsx'
import { OwnersNamed } from '../components/owners-named.tsx'
import { Page } from '../components/page.tsx'
import { Time } from '../components/time.tsx'
import { StatCards } from '../components/stat-cards.tsx'
import { Toolbar } from '../components/toolbar.tsx'
import { type Filters, filtersFrom, isNarrowed, searchOf } from '../reading/filters.ts'
import { type KeyPage, readKeyPage } from '../reading/key-page.ts'
import { readNames } from '../reading/names.ts'
import { ownersNamed } from '../reading/owners-named.ts'
import { replacedBy } from '../reading/fits.ts'
import { readStats, type Stats } from '../reading/stats.ts'
import { type Sought, soughtIn } from '../reading/sought.ts'
import { usageOfKeys } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'

/** The keys of the workspace, as far as the visitor sees them. */
export async function showList(visit: Visit): Promise<Answer> {
  const { keyring } = visit.settings
  const filters = filtersFrom(visit.query, keyring.environments)
  const sought = filters.q === undefined ? undefined : soughtIn(filters.q, keyring)
  const [found, stats, accounts] = await Promise.all([
    readKeyPage(visit, filters),
    readStats(visit),
    visit.can.manageServiceAccounts ? visit.keys.serviceAccounts.list({ limit: 100 }) : { items: [] },
  ])
  const owners = ownersOf(found.keys, stats)
  const [usage, names] = await Promise.all([
    usageOfKeys(
      visit,
      found.keys.map(({ id }) => id),
    ),
    readNames(visit, [
      ...owners,
      ...(filters.owner === undefined ? [] : [{ type: 'user' as const, id: filters.owner }]),
    ]),
  ])
  const called = sought === undefined ? [] : ownersNamed(owners, names, sought.q)
  const isFirstRun = found.keys.length === 0 && !isNarrowed(filters) && filters.cursor === undefined
  const { settings, link } = visit
  const intro = `Keys let apps and scripts use ${settings.appName} on behalf of ${settings.workspaceLabel(visit.actor)}. Treat them like passwords.`
  return page(
    <Page visit={visit} section="keys">
      <Head title={settings.title} lead={intro} isSingle>
        {visit.can.create && !isFirstRun && (
          <a class="button primary" href={link('keys/new')}>
            <Icon name="plus" />
            Create API key
          </a>
        )}
      </Head>
      {isFirstRun && !filters.ended ? (
        <FirstRun visit={visit} />
      ) : (
        <>
          <StatCards visit={visit} stats={stats} filters={filters} />
          <Toolbar visit={visit} filters={filters} accounts={accounts.items} owners={owners} names={names} />
          <Replaced visit={visit} keys={found.keys} q={sought?.q} />
          {called.length > 0 && (
            <Banner tone="info">
              <OwnersNamed visit={visit} of={called} />
            </Banner>
          )}
          <div class="card">
            {found.keys.length === 0 ? (
              <NoMatch visit={visit} filters={filters} found={found} sought={sought} />
            ) : (
              <KeyTable
                visit={visit}
                keys={found.keys}
                names={names}
                usage={usage}
                filters={filters}
                caption="API keys of this workspace"
              />
            )}
            <Pager visit={visit} filters={filters} found={found} />
          </div>
        </>
      )}
    </Page>,
  )
}

/** Those whose keys are on the page, and some more: a select that lists thousands helps no one. */
function ownersOf(keys: KeyPage['keys'], { owners }: Stats): readonly Owner[] {
  const all = [...keys.map(({ owner }) => owner), ...owners]
  return [...new Map(all.map((owner) => [`${owner.type} ${owner.id}`, owner])).values()].slice(0, mostOwners)
}

const mostOwners = 100

/** Says of a key that was found by its previous secret that it was, and how long that works. */
const Replaced: FC<{ readonly visit: Visit; readonly keys: KeyPage['keys']; readonly q: string | undefined }> = ({
  visit: { format, link, now },
  keys,
  q,
}) => {
  if (q?.length !== 4) return null
  return (
    <>
      {keys.flatMap((key) => {
        const secret = replacedBy(key, q)
        if (secret === undefined) return []
        return [
          <Banner tone="info">
            <code>&hellip;{secret.hint.slice(-4)}</code> is the previous secret of{' '}
            <a href={link(`keys/${key.id}`)}>
              <bdi>{key.name}</bdi>
            </a>
            ,{' '}
            {secret.endsAt !== null && secret.endsAt.getTime() > now ? (
              <>
                which stops <Time at={secret.endsAt} format={format} />.
              </>
            ) : (
              'which does not work any more.'
            )}
          </Banner>,
        ]
      })}
    </>
  )
}

const FirstRun: FC<{ readonly visit: Visit }> = ({ visit }) => {
  const { snippets } = visit.settings
  return (
    <div class="card empty">
      <Icon name="key" />
      <h2>No API keys yet</h2>
      <p>
        {visit.can.create
          ? 'Create one per app and environment, so you can rotate or revoke each on its own.'
          : 'Ask a workspace admin to create one.'}
      </p>
      {visit.can.create && (
        <a class="button primary" href={visit.link('keys/new')}>
          <Icon name="plus" />
          Create API key
        </a>
      )}
      <pre tabindex={0}>
        {`# With a key, your app calls the API like this\ncurl ${snippets.url} \\\n  -H '${headerLine(snippets.header, `$${snippets.envName}`)}'`}
      </pre>
      <p class="small">
        <a href="?ended=true">Show revoked and expired keys</a>
      </p>
    </div>
  )
}

/** The header that carries a key. */
function headerLine(header: string, value: string): string {
  return header.toLowerCase() === 'authorization' ? `${header}: Bearer ${value}` : `${header}: ${value}`
}

interface NoMatchProps {
  readonly visit: Visit
  readonly filters: Filters
  readonly found: KeyPage
  readonly sought: Sought | undefined
}

const NoMatch: FC<NoMatchProps> = ({ visit, filters, found, sought }) => (
  <div class="empty">
    <Icon name="search" />
    <p>
      {found.next !== null
        ? 'No match among the keys looked at so far. There are more: look further.'
        : isNarrowed(filters)
          ? `No keys match ${matched(filters)}.`
          : 'There is nothing on this page.'}
    </p>
    {sought !== undefined && found.next === null && (
      <>
        <p class="small">{searchAdvice(sought)}</p>
        {!sought.hasSecret && sought.masked === undefined && sought.beginningIn === undefined && (
          <FormerName visit={visit} text={sought.q} />
        )}
      </>
    )}
    <a class="button" href="?">
      {isNarrowed({ ...filters, q: undefined }) ? 'Clear filters' : 'Clear search'}
    </a>
  </div>
)

function matched(filters: Filters): string {
  const isFiltered = isNarrowed({ ...filters, q: undefined })
  if (filters.q === undefined) return 'these filters'
  return isFiltered ? 'this search with these filters' : 'this search'
}

function searchAdvice({ beginningIn, masked }: Sought): string {
  if (masked !== undefined) return `No key both begins with ${masked.start} and ends in ${masked.ending}.`
  return beginningIn !== undefined
    ? 'No key of this environment begins like this.'
    : 'A search finds a part of a name, the beginning or the end of a key as the list shows them, a key ID, or a whole key: pasted, it is looked up and not kept.'
}

const Pager: FC<{ readonly visit: Visit; readonly filters: Filters; readonly found: KeyPage }> = ({
  filters,
  found,
}) => {
  const { next, isPartlySorted, keys, look } = found
  const isLater = filters.cursor !== undefined || filters.part > 0
  const hidesEnded = filters.status === undefined && filters.attention === undefined && filters.q === undefined
  if (next === null && !isLater && !hidesEnded && !isPartlySorted) return null
  return (
    <div class="pager">
      <span>
        {look !== null && !look.isWhole
          ? `Looked at the newest ${look.keys} keys for names and endings with this in them. There are more.`
          : isPartlySorted
            ? 'Sorted among the newest 100 that match. Narrow the filters to sort all of them.'
            : `${keys.length} ${keys.length === 1 ? 'key' : 'keys'} on this page`}
        {hidesEnded && (
          <>
            {' \u00b7 '}
            <a href={searchOf(filters, { ended: !filters.ended })}>
              {filters.ended ? 'Hide revoked and expired' : 'Show revoked and expired'}
            </a>
          </>
        )}
      </span>
      <span class="buttons">
        {isLater && (
          <a class="button small" href={searchOf(filters)}>
            First page
          </a>
        )}
        {next !== null && (
          <a class="button small" rel="next" href={searchOf(filters, next)}>
            {keys.length === 0 || (look !== null && 'cursor' in next) ? 'Look further' : 'Next page'}
          </a>
        )}
      </span>
    </div>
  )
}
