import type { ActivityEntry, ActivityInput, ActorRef, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { actionLabels, Changes } from '../components/activity-list.tsx'
import { Banner } from '../components/banner.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { Page } from '../components/page.tsx'
import { Select } from '../components/select.tsx'
import { SeveralKeys } from '../components/several-keys.tsx'
import { Time } from '../components/time.tsx'
import { replacedBy } from '../reading/fits.ts'
import { meantKeys } from '../reading/meant-key.ts'
import { type Names, readNames, whoIn } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import { required } from './required.ts'

const idForm = /^[\w-]{16}$/
const dayMs = 86_400_000
const periods: readonly (readonly [days: string, label: string])[] = [
  ['', 'Any time'],
  ['1', 'Last 24 hours'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
]

interface Asked {
  readonly days: string | undefined
  readonly key: string | undefined
  readonly action: string | undefined
  readonly user: string | undefined
  readonly cursor: string | undefined
  /** The ending by which the key was found, where it is that of its previous secret. */
  readonly ending: string | undefined
}

/** Who did what to keys and service accounts. */
export async function showActivity(visit: Visit): Promise<Answer> {
  required(visit, 'viewActivity')
  const asked = await knownEnding(visit, askedOf(visit.query))
  const isNarrowed = [asked.key, asked.action, asked.user, asked.days, asked.cursor].some((one) => one !== undefined)
  const [{ items, nextCursor }, latest] = await Promise.all([
    visit.keys.activity(inputOf(visit, asked)),
    // Whom one can choose: those who did something lately.
    isNarrowed && visit.can.listAll ? visit.keys.activity({ limit: 100 }) : undefined,
  ])
  // A text that means no single key is offered as those that it fits.
  const several =
    items.length === 0 && asked.key !== undefined && !idForm.test(asked.key) ? await meantKeys(visit, asked.key) : []
  const targets = items.map(
    ({ target }): ActorRef => ({ type: target.type === 'key' ? 'key' : 'service', id: target.id }),
  )
  const names = await readNames(visit, [
    ...whoIn(items),
    ...targets,
    ...(latest?.items ?? []).map(({ actor }) => actor),
    ...(asked.user === undefined ? [] : [{ type: 'user' as const, id: asked.user }]),
    ...(asked.ending === undefined || asked.key === undefined ? [] : [{ type: 'key' as const, id: asked.key }]),
  ])
  const people = [
    ...new Set([
      ...(latest?.items ?? items).map(({ actor }) => (actor.type === 'user' ? actor.id : '')),
      asked.user ?? '',
    ]),
  ]
  return page(
    <ActivityPage {...{ visit, asked, items, several, nextCursor, names, people: people.filter((id) => id !== '') }} />,
  )
}

function askedOf(query: URLSearchParams): Asked {
  const text = (name: string, most: number): string | undefined => query.get(name)?.trim().slice(0, most) || undefined
  const action = text('action', 64)
  return {
    days: periods.find(([days]) => days !== '' && days === query.get('days'))?.[0],
    key: text('key', 255),
    action: action !== undefined && actionLabels.has(action) ? action : undefined,
    user: text('user', 255),
    cursor: text('cursor', 1_024),
    ending: /^[\w-]{4}$/.exec(query.get('ending') ?? '')?.[0],
  }
}

function inputOf({ can, actor, now }: Visit, { days, key, action, user, cursor }: Asked): ActivityInput {
  // Those who do not see every key see what they did themselves, or one key.
  const own = !can.listAll && key === undefined ? { type: actor.type, id: actor.id } : undefined
  const who: ActorRef | undefined = own ?? (user === undefined ? undefined : { type: 'user', id: user })
  return {
    limit: 50,
    ...(days !== undefined && { from: new Date(now - Number(days) * dayMs) }),
    ...(key !== undefined && { keyId: key }),
    ...(action !== undefined && { action }),
    ...(who !== undefined && { actor: who }),
    ...(cursor !== undefined && { cursor }),
  }
}

/** The ending is said only of a key that has it: a URL may come from anyone. */
async function knownEnding(visit: Visit, asked: Asked): Promise<Asked> {
  const { key: id, ending } = asked
  if (id === undefined || ending === undefined) return asked
  const key = await visit.keys.get(id).catch(() => undefined)
  const isKnown = key !== undefined && replacedBy(key, ending) !== undefined
  return isKnown ? asked : { ...asked, ending: undefined }
}

interface ActivityPageProps {
  readonly visit: Visit
  readonly asked: Asked
  readonly items: readonly ActivityEntry[]
  /** The keys that a text fits which means no single one. */
  readonly several: readonly ManagedKey[]
  readonly nextCursor: string | null
  readonly names: Names
  /** Ids of users to choose from. */
  readonly people: readonly string[]
}

const ActivityPage: FC<ActivityPageProps> = ({ visit, asked, items, several, nextCursor, names, people }) => (
  <Page visit={visit} section="activity" heading="Activity">
    <Head
      title="Activity"
      lead={
        visit.can.listAll
          ? 'Everything that was done to keys and service accounts of this workspace.'
          : 'What you did. Open a key to see everything that was done to it.'
      }
    />
    <form
      class={visit.can.listAll ? 'toolbar three' : 'toolbar three own'}
      method="post"
      action={visit.link('activity/find')}
      role="search"
      aria-label="Filter activity"
      data-filters
    >
      <Select
        name="action"
        label="Action"
        value={asked.action}
        options={[
          ['', 'Any action'],
          ...[...actionLabels].map(([code, label]): [string, string] => [code, sentence(label)]),
        ]}
        isQuiet
      />
      <input
        class="control"
        name="key"
        value={asked.key}
        placeholder="Key: name, beginning or end"
        aria-label="Key, by its name, its beginning or end as the list shows them, its ID, or as a whole"
        maxlength={255}
      />
      {visit.can.listAll ? (
        <Select
          name="user"
          label="Who"
          value={asked.user}
          options={[['', 'Anyone'], ...people.map((id): [string, string] => [id, names.of({ type: 'user', id }).name])]}
          isQuiet
        />
      ) : null}
      <Select name="days" label="When" value={asked.days} options={periods} isQuiet />
      <div class="buttons">
        <button class="button" type="submit" data-apply>
          Apply
        </button>
        {(asked.key ?? asked.action ?? asked.user ?? asked.days) !== undefined && (
          <a class="button quiet" href="?">
            Clear
          </a>
        )}
      </div>
    </form>
    {asked.key !== undefined && asked.ending !== undefined && (
      <Banner tone="info">
        <code>&hellip;{asked.ending}</code> is the previous secret of{' '}
        <a href={visit.link(`keys/${encodeURIComponent(asked.key)}`)}>
          <bdi>{names.of({ type: 'key', id: asked.key }).name}</bdi>
        </a>
        .
      </Banner>
    )}
    <div class="card">
      {items.length === 0 ? (
        <div class="empty">
          <Icon name="activity" />
          {several.length > 0 ? (
            <SeveralKeys keys={several} href={(key) => searchOf({ ...asked, key, cursor: undefined })} />
          ) : (
            <p>
              {asked.key !== undefined && !idForm.test(asked.key)
                ? 'No single key has this in its name, this ID or this ending. Revoked keys count too.'
                : 'Nothing was done that fits these filters.'}
            </p>
          )}
        </div>
      ) : (
        <ActivityTable visit={visit} items={items} names={names} />
      )}
      {(nextCursor !== null || asked.cursor !== undefined) && (
        <div class="pager">
          <span>Newest first</span>
          <span class="buttons">
            {asked.cursor !== undefined && (
              <a class="button small" href={searchOf(asked)}>
                Newest
              </a>
            )}
            {nextCursor !== null && (
              <a class="button small" rel="next" href={searchOf({ ...asked, cursor: nextCursor }, true)}>
                Older
              </a>
            )}
          </span>
        </div>
      )}
    </div>
  </Page>
)

function searchOf(asked: Asked, keepsCursor = false): string {
  const pairs = Object.entries({ ...asked, cursor: keepsCursor ? asked.cursor : undefined }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return `?${new URLSearchParams(pairs).toString()}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const ActivityTable: FC<Pick<ActivityPageProps, 'visit' | 'items' | 'names'>> = ({ visit, items, names }) => (
  <table class="table cards">
    <caption class="hidden">Activity, newest first</caption>
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col">Who</th>
        <th scope="col">On</th>
        <th scope="col">From</th>
        <th scope="col">When</th>
      </tr>
    </thead>
    <tbody>
      {items.map((entry) => {
        const isKey = entry.target.type === 'key'
        const target = names.of({ type: isKey ? 'key' : 'service', id: entry.target.id })
        return (
          <tr>
            <td>
              <div class="two">
                <span>{sentence(actionLabels.get(entry.action) ?? entry.action)}</span>
                <Changes visit={visit} of={entry} names={names} />
              </div>
            </td>
            <td data-label="Who">
              {entry.actor.type === 'user' && visit.can.listAll ? (
                <a class="title" href={`?user=${encodeURIComponent(entry.actor.id)}`}>
                  <bdi>{names.of(entry.actor).name}</bdi>
                </a>
              ) : (
                <bdi>{names.of(entry.actor).name}</bdi>
              )}
            </td>
            <td data-label="On">
              <div class="two">
                <a class="title" href={visit.link(`${isKey ? 'keys' : 'service-accounts'}/${entry.target.id}`)}>
                  <bdi>{target.name}</bdi>
                </a>
                {isKey && target.detail !== undefined && <code class="nowrap">{target.detail}</code>}
              </div>
            </td>
            <td data-label="From" class="small muted">
              {entry.origin?.ip === undefined ? (
                <span>&ndash;</span>
              ) : (
                <span title={entry.origin.requestId}>{networkOf(entry.origin.ip)}</span>
              )}
            </td>
            <td data-label="When">
              <Time at={entry.at} format={visit.format} as="logged" />
            </td>
          </tr>
        )
      })}
    </tbody>
  </table>
)

/** The network of an address: who looked from where is told no more exactly than helps. */
function networkOf(ip: string): string {
  if (ip.includes(':')) return `${ip.split(':').slice(0, 3).join(':')}:*`
  return ip.replace(/\.\d+$/, '.*')
}
