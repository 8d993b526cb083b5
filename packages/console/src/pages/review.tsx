import type { ListKeysInput, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { OverlapLine } from '../components/overlap-line.tsx'
import { LastUsed, lastUsedLabel } from '../components/last-used.tsx'
import { Page } from '../components/page.tsx'
import { Status } from '../components/status.tsx'
import { Time } from '../components/time.tsx'
import { type Names, readNames } from '../reading/names.ts'
import { type UsageFound, usageOfKeys } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import { required } from './required.ts'

interface Group {
  readonly title: string
  readonly text: string
  readonly input: ListKeysInput
  /** The same in the list. */
  readonly search: string
}

const groups: readonly Group[] = [
  {
    title: 'Owner has left',
    text: 'Requests with these keys get 401. Transfer them to a service account, or revoke them.',
    input: { attention: 'ownerGone' },
    search: '?attention=ownerGone',
  },
  {
    title: 'Old secret still works',
    text: 'A rotation is running. When nothing uses the old secret any more, stop it.',
    input: { status: 'rotating' },
    search: '?status=rotating',
  },
  {
    title: 'Expiring soon',
    text: 'Move the expiry, or replace the key before it ends.',
    input: { attention: 'expiring' },
    search: '?attention=expiring',
  },
  {
    title: 'Rotation due',
    text: 'The secret is old. Open the key and rotate it with an overlap: nothing stops.',
    input: { attention: 'rotationDue' },
    search: '?attention=rotationDue',
  },
  {
    title: 'Unused',
    text: 'Nothing used these for a long time. Disable them first, and revoke them if nothing breaks.',
    input: { attention: ['unused', 'neverUsed'] },
    search: '?attention=unused',
  },
  {
    title: 'Expired',
    text: 'Requests with these keys are refused already. Revoking takes them off this page.',
    input: { status: 'expired' },
    search: '?status=expired',
  },
]

const mostShown = 25

/** The keys that need a look, by the reason; with what can be done to several at once. */
export async function showReview(visit: Visit): Promise<Answer> {
  required(visit, 'list')
  const pages = await Promise.all(groups.map(({ input }) => visit.keys.list({ ...input, limit: mostShown })))
  const found = groups.flatMap((group, index) => {
    const { items = [], nextCursor = null } = pages[index] ?? {}
    return items.length === 0 ? [] : [{ ...group, keys: items, hasMore: nextCursor !== null }]
  })
  const rotating = found.flatMap(({ keys }) => keys.filter(({ status }) => status === 'rotating'))
  const [names, usage] = await Promise.all([
    readNames(
      visit,
      found.flatMap(({ keys }) => keys.map(({ owner }) => owner)),
    ),
    usageOfKeys(visit, [...new Set(rotating.map(({ id }) => id))]),
  ])
  const mayAct = visit.can.revoke
  return page(
    <Page visit={visit} section="review" heading="Review">
      <Head title="Review" lead="Keys that need a look. This page is empty when nothing is due." />
      {found.length === 0 ? (
        <div class="card empty">
          <Icon name="check" />
          <h2>Nothing to do</h2>
          <p>No key is unused, overdue, about to end or without an owner.</p>
        </div>
      ) : (
        <form class="form" method="post" action={visit.link('review')}>
          {found.map(({ title, text, keys, hasMore, search }) => (
            <section class="card" aria-label={title}>
              <header>
                <div>
                  <h2>
                    {title} <span class="muted nums">{`${keys.length}${hasMore ? '+' : ''}`}</span>
                  </h2>
                  <p class="help">{text}</p>
                </div>
                <a class="small" href={visit.link(search)}>
                  Show in list
                </a>
              </header>
              <ReviewTable {...{ visit, title, keys, names, usage, mayAct }} />
            </section>
          ))}
          {mayAct && (
            <div class="buttons" id="chosen">
              {visit.query.get('notice') === 'nothing' && (
                <p class="problem" role="alert">
                  <Icon name="alert" />
                  <span>No key is selected. Tick the ones you mean, then choose again.</span>
                </p>
              )}
              <button class="button" type="submit" name="action" value="disable">
                <Icon name="power" />
                Disable selected
              </button>
              <button class="button danger" type="submit" name="action" value="revoke">
                <Icon name="trash" />
                Revoke selected
              </button>
              <span class="help">You are asked once more before anything happens.</span>
            </div>
          )}
        </form>
      )}
      <Leaving visit={visit} people={peopleOf(found)} names={names} />
    </Page>,
  )
}

/** The people among the owners on the page, each once. */
function peopleOf(found: readonly { readonly keys: readonly ManagedKey[] }[]): readonly string[] {
  const owners = found.flatMap(({ keys }) =>
    keys.filter(({ ownerGoneAt }) => ownerGoneAt === null).map(({ owner }) => owner),
  )
  return [...new Set(owners.filter(({ type }) => type === 'user').map(({ id }) => id))]
}

const Leaving: FC<{ readonly visit: Visit; readonly people: readonly string[]; readonly names: Names }> = ({
  visit,
  people,
  names,
}) =>
  visit.can.listAll ? (
    <section class="card" aria-labelledby="leaving">
      <header>
        <div>
          <h2 id="leaving">Is someone about to leave?</h2>
          <p class="help">
            See what stops when they do, and transfer it before.{' '}
            {people.length === 0 && 'Open one of their keys, and choose \u201cWhat stops when they leave\u201d.'}
          </p>
        </div>
        {people.length > 0 && (
          <div class="buttons">
            {people.slice(0, 6).map((id) => (
              <a class="button small" href={visit.link(`leaving?user=${encodeURIComponent(id)}`)}>
                <bdi>{names.of({ type: 'user', id }).name}</bdi>
              </a>
            ))}
          </div>
        )}
      </header>
    </section>
  ) : null

interface ReviewTableProps {
  readonly visit: Visit
  readonly title: string
  readonly keys: readonly ManagedKey[]
  readonly names: Names
  /** Of those that are rotating. */
  readonly usage: ReadonlyMap<string, UsageFound>
  readonly mayAct: boolean
}

const ReviewTable: FC<ReviewTableProps> = ({ visit, title, keys, names, usage, mayAct }) => (
  <table class="table cards review">
    <caption class="hidden">{title}</caption>
    <thead>
      <tr>
        <th scope="col">Key</th>
        <th scope="col">Status</th>
        <th scope="col">Last used</th>
        <th scope="col">Expires</th>
        <th scope="col">Owner</th>
      </tr>
    </thead>
    <tbody>
      {keys.map((key) => (
        <tr>
          <td>
            <span class="check">
              {mayAct && <input type="checkbox" name="id" value={key.id} aria-label={`Select ${key.name}`} />}
              <span class="two">
                <a class="title" href={visit.link(`keys/${key.id}`)}>
                  <bdi>{key.name}</bdi>
                </a>
                <code>{key.hint}</code>
              </span>
            </span>
          </td>
          <td data-label="Status">
            <Status of={key} />
            <OverlapLine visit={visit} of={key} usage={usage.get(key.id)} />
          </td>
          <td data-label={lastUsedLabel(key)}>
            <LastUsed of={key} format={visit.format} />
          </td>
          <td data-label="Expires">
            <Time at={key.expiresAt} format={visit.format} />
          </td>
          <td data-label="Owner">
            <bdi>{names.of(key.owner).name}</bdi>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
