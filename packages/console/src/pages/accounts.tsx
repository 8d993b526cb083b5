import type { ServiceAccount } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { Banner } from '../components/banner.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { KeyTable } from '../components/key-table.tsx'
import { Page } from '../components/page.tsx'
import { PermissionTags, permissionSummary } from '../components/permissions.tsx'
import { Time } from '../components/time.tsx'
import { readNames } from '../reading/names.ts'
import { usageOfKeys } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { noticeOf } from './notices.ts'
import { required } from './required.ts'

const mostKeys = 25

/** The service accounts of the workspace. */
export async function showAccounts(visit: Visit): Promise<Answer> {
  required(visit, 'manageServiceAccounts')
  const cursor = visit.query.get('cursor')?.slice(0, 1_024) || undefined
  const { items, nextCursor } = await visit.keys.serviceAccounts.list({
    limit: 25,
    ...(cursor !== undefined && { cursor }),
  })
  const counts = await Promise.all(
    items.map(async ({ id }) => {
      const { items: keys, nextCursor: more } = await visit.keys.list({
        ownerId: id,
        ownerType: 'service',
        ended: false,
        limit: mostKeys,
      })
      return `${visit.format.number(keys.length)}${more === null ? '' : '+'}`
    }),
  )
  const { link } = visit
  const notice = noticeOf(visit.query, ['account-deleted'])
  const create = (
    <a class="button primary" href={link('service-accounts/new')}>
      <Icon name="plus" />
      <span>
        Create<span class="roomy"> service account</span>
      </span>
    </a>
  )
  return page(
    <Page visit={visit} section="service-accounts" heading="Service accounts">
      <Head
        title="Service accounts"
        lead="Owners of keys that keep working when people leave: for servers, jobs and CI."
        isSingle
      >
        {!visit.settings.readOnly && items.length > 0 && create}
      </Head>
      {notice !== undefined && (
        <Banner tone="good" live>
          {notice}
        </Banner>
      )}
      <div class="card">
        {items.length === 0 ? (
          <div class="empty">
            <Icon name="bot" />
            <h2>No service accounts yet</h2>
            <p>A key of a person stops when that person leaves. A key of a service account does not.</p>
            {!visit.settings.readOnly && create}
          </div>
        ) : (
          <AccountTable visit={visit} accounts={items} counts={counts} />
        )}
        {nextCursor !== null && (
          <div class="pager">
            <span />
            <a class="button small" rel="next" href={`?cursor=${encodeURIComponent(nextCursor)}`}>
              Next page
            </a>
          </div>
        )}
      </div>
    </Page>,
  )
}

const AccountTable: FC<{
  readonly visit: Visit
  readonly accounts: readonly ServiceAccount[]
  readonly counts: readonly string[]
}> = ({ visit, accounts, counts }) => (
  <table class="table cards">
    <caption class="hidden">Service accounts</caption>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">May do at most</th>
        <th scope="col" class="num">
          Keys
        </th>
        <th scope="col">Created</th>
      </tr>
    </thead>
    <tbody>
      {accounts.map((account, index) => (
        <tr>
          <td>
            <div class="two">
              <a class="title" href={visit.link(`service-accounts/${account.id}`)}>
                <bdi>{account.name}</bdi>
              </a>
              {account.description !== null && <bdi>{account.description}</bdi>}
            </div>
          </td>
          <td data-label="May do at most">
            <span title={account.permissions.join(', ')}>{permissionSummary(visit, account.permissions)}</span>
          </td>
          <td data-label="Keys" class="num">
            {counts[index]}
          </td>
          <td data-label="Created">
            <Time at={account.createdAt} format={visit.format} as="day" />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** One service account, and its keys. */
export async function showAccount(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'manageServiceAccounts')
  const account = await visit.keys.serviceAccounts.get(id)
  const { items } = await visit.keys.list({ ownerId: id, ownerType: 'service', ended: false, limit: 25 })
  const [usage, names] = await Promise.all([
    usageOfKeys(
      visit,
      items.map((key) => key.id),
    ),
    readNames(visit, [{ type: 'service', id }, account.createdBy]),
  ])
  const { link, format } = visit
  const isLiving = account.deletedAt === null && !visit.settings.readOnly
  const notice = noticeOf(visit.query, ['account-created', 'account-updated'])
  return page(
    <Page visit={visit} section="service-accounts" heading={account.name}>
      <Head
        title={<bdi>{account.name}</bdi>}
        back={{ href: link('service-accounts'), label: 'Service accounts' }}
        lead={account.description === null ? undefined : <bdi>{account.description}</bdi>}
      >
        {isLiving && (
          <>
            <a class="button" href={link(`service-accounts/${id}/edit`)}>
              <Icon name="edit" />
              Edit
            </a>
            <a class="button danger" href={link(`service-accounts/${id}/delete`)} data-dialog>
              <Icon name="trash" />
              Delete
            </a>
            {visit.can.create && (
              <a class="button primary" href={link(`keys/new?account=${encodeURIComponent(id)}`)}>
                <Icon name="plus" />
                Create API key
              </a>
            )}
          </>
        )}
      </Head>
      {notice !== undefined && (
        <Banner tone="good" live>
          {notice}
        </Banner>
      )}
      {account.deletedAt !== null && (
        <Banner tone="bad">
          Deleted <Time at={account.deletedAt} format={format} />. Its keys are revoked.
        </Banner>
      )}
      <section class="card" aria-labelledby="ceiling">
        <header>
          <h2 id="ceiling">May do at most</h2>
          <span class="small muted">
            Created <Time at={account.createdAt} format={format} as="day" /> by{' '}
            <bdi>{names.of(account.createdBy).name}</bdi>
          </span>
        </header>
        <div class="inner">
          <PermissionTags permissions={account.permissions} />
        </div>
      </section>
      <section class="card" aria-labelledby="keys">
        <header>
          <h2 id="keys">Keys</h2>
          <a class="small" href={link(`?owner=${encodeURIComponent(id)}`)}>
            Show in list
          </a>
        </header>
        {items.length === 0 ? (
          <p class="inner muted">It has no keys.</p>
        ) : (
          <KeyTable visit={visit} keys={items} names={names} usage={usage} caption={`Keys of ${account.name}`} />
        )}
      </section>
    </Page>,
  )
}
