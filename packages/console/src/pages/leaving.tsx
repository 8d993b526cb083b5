import { ValidationError } from '@claviger/core'
import { Banner } from '../components/banner.tsx'
import { Head } from '../components/head.tsx'
import { isUsedWithin } from '../components/evidence.tsx'
import { Icon } from '../components/icon.tsx'
import { KeyTable } from '../components/key-table.tsx'
import { Page } from '../components/page.tsx'
import { readNames } from '../reading/names.ts'
import { usageOfKeys } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'

/** What stops when someone leaves: the keys that belong to them, those in use first. */
export async function showLeaving(visit: Visit): Promise<Answer> {
  const user = visit.query.get('user')?.trim().slice(0, 255) ?? ''
  if (user === '') throw new ValidationError('user', 'Say whose keys to look at: ?user=<id>.')
  const { items, nextCursor } = await visit.keys.list({ ownerId: user, ownerType: 'user', ended: false, limit: 100 })
  const own = items
    .filter(({ owner }) => owner.type === 'user')
    .toSorted((a, b) => (b.lastUsedAt?.getTime() ?? 0) - (a.lastUsedAt?.getTime() ?? 0))
  const shown = own.slice(0, 25)
  const [usage, names] = await Promise.all([
    usageOfKeys(
      visit,
      shown.map(({ id }) => id),
    ),
    readNames(visit, [{ type: 'user', id: user }]),
  ])
  const { name } = names.of({ type: 'user', id: user })
  const busy = own.filter((key) => isUsedWithin(key, 7, visit.now)).length
  const count = `${visit.format.number(own.length)}${nextCursor === null ? '' : '+'}`
  return page(
    <Page visit={visit} section="review" heading={`What stops when ${name} leaves`}>
      <Head
        title={
          <>
            What stops when <bdi>{name}</bdi> leaves
          </>
        }
        back={{ href: visit.link('review'), label: 'Review' }}
        lead="A key of a person can do no more than that person. When they leave the workspace, requests with it get 401."
      />
      {own.length === 0 ? (
        <div class="card empty">
          <Icon name="check" />
          <p>Nothing. No key that works belongs to them.</p>
        </div>
      ) : (
        <>
          <Banner tone={busy > 0 ? 'warning' : 'info'}>
            {count} {own.length === 1 ? 'key belongs' : 'keys belong'} to <bdi>{name}</bdi>,{' '}
            {busy === 0 ? 'none of them' : visit.format.number(busy)} used in the last 7 days. Transfer what must go on
            to a service account before they leave.
          </Banner>
          <div class="card">
            <KeyTable visit={visit} keys={shown} names={names} usage={usage} caption={`Keys of ${name}`} />
            {own.length > shown.length && (
              <div class="pager">
                <a href={visit.link(`?owner=${encodeURIComponent(user)}`)}>Show all in the list</a>
              </div>
            )}
          </div>
        </>
      )}
    </Page>,
  )
}
