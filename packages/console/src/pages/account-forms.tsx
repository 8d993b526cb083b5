import { type CreateServiceAccountInput, isClavigerError, type ServiceAccount } from '@claviger/core'
import { Banner } from '../components/banner.tsx'
import { Field, type Problems, ProblemSummary } from '../components/fields.tsx'
import { GrantFields } from '../components/grants.tsx'
import { Head } from '../components/head.tsx'
import { Page } from '../components/page.tsx'
import { problemsOf } from '../forms/problems.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Form } from '../web/form.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'

interface AccountDraft {
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
  readonly revision: number
}

/** The form that makes a service account. */
export function showNewAccount(visit: Visit): Answer {
  required(visit, 'manageServiceAccounts')
  return showForm(visit, undefined, { name: '', description: '', permissions: [], revision: 0 }, new Map())
}

/** Makes a service account. */
export async function createAccount(visit: Visit, { form }: Asked): Promise<Answer> {
  const draft = sentDraft(form)
  const problems = check(draft)
  if (problems.size > 0) return showForm(visit, undefined, draft, problems, 422)
  try {
    const { id } = await visit.keys.serviceAccounts.create(inputOf(draft))
    return redirect(`service-accounts/${id}?notice=account-created`)
  } catch (error) {
    return showForm(visit, undefined, draft, problemsOf(error), 422)
  }
}

/** The form that changes a service account. */
export async function showEditAccount(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'manageServiceAccounts')
  const account = await visit.keys.serviceAccounts.get(id)
  const { name, description, permissions, revision } = account
  return showForm(visit, account, { name, description: description ?? '', permissions, revision }, new Map())
}

/** Changes a service account. */
export async function editAccount(visit: Visit, { id, form }: Asked): Promise<Answer> {
  const account = await visit.keys.serviceAccounts.get(id)
  const draft = sentDraft(form)
  const problems = check(draft)
  if (problems.size > 0) return showForm(visit, account, draft, problems, 422)
  try {
    const isSame = draft.permissions.join() === account.permissions.join()
    const { permissions, ...rest } = inputOf(draft)
    await visit.keys.serviceAccounts.update(id, isSame ? rest : { ...rest, permissions }, { revision: draft.revision })
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_CONFLICT') {
      return showForm(visit, account, { ...draft, revision: account.revision }, new Map(), 409)
    }
    return showForm(visit, account, draft, problemsOf(error), 422)
  }
  return redirect(`service-accounts/${id}?notice=account-updated`)
}

/** Asks before a service account is deleted, with its keys. */
export async function showDeleteAccount(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'manageServiceAccounts')
  return askDelete(visit, await visit.keys.serviceAccounts.get(id), new Map())
}

/** Deletes a service account. */
export async function deleteAccount(visit: Visit, { id, form }: Asked): Promise<Answer> {
  const account = await visit.keys.serviceAccounts.get(id)
  if (form.text('confirm') !== account.name.trim()) {
    return askDelete(visit, account, new Map([['confirm', 'Type the name of the account as it stands above.']]), 422)
  }
  await visit.keys.serviceAccounts.delete(id)
  return redirect('service-accounts?notice=account-deleted')
}

function sentDraft(form: Form): AccountDraft {
  return {
    name: form.text('name'),
    description: form.text('description'),
    permissions: form.all('permissions'),
    revision: Number(form.text('revision')),
  }
}

function check({ name, permissions }: AccountDraft): Problems {
  const problems = new Map<string, string>()
  if (name === '') problems.set('name', 'Give the account a name that says what it is for.')
  if (permissions.length === 0) problems.set('permissions', 'Tick what its keys may do at most.')
  return problems
}

function inputOf({ name, description, permissions }: AccountDraft): CreateServiceAccountInput {
  return {
    name,
    description: description === '' ? null : description,
    permissions,
  }
}

function showForm(
  visit: Visit,
  account: ServiceAccount | undefined,
  draft: AccountDraft,
  problems: Problems,
  status = 200,
): Answer {
  const { link } = visit
  const back = account === undefined ? 'service-accounts' : `service-accounts/${account.id}`
  const title = account === undefined ? 'Create service account' : `Edit ${account.name}`
  return page(
    <Page visit={visit} section="service-accounts" heading={title}>
      <div class="narrow">
        <Head title={<bdi>{title}</bdi>} back={{ href: link(back), label: account?.name ?? 'Service accounts' }} />
        {status === 409 && (
          <Banner tone="warning" live>
            <strong>Someone else changed this account while you were editing.</strong> Nothing is saved yet, and what
            you wrote is still here. Save again to replace their version.
          </Banner>
        )}
        <ProblemSummary problems={problems} />
        <form
          class="form"
          method="post"
          action={link(account === undefined ? 'service-accounts' : `${back}/edit`)}
          data-once
        >
          <input type="hidden" name="revision" value={String(draft.revision)} />
          <Field
            name="name"
            label="Name"
            value={draft.name}
            problems={problems}
            required
            maxlength={128}
            placeholder="e.g. ci-bot"
          />
          <Field
            name="description"
            label="Description"
            type="textarea"
            value={draft.description}
            problems={problems}
            maxlength={2_000}
            placeholder="What runs with it, and which team to ask"
          />
          <GrantFields
            visit={visit}
            draft={{ choice: 'custom', names: draft.permissions }}
            held={account?.permissions ?? []}
            problems={problems}
            legend="Its keys may do at most"
          />
          <div class="buttons">
            <button class="button primary" type="submit">
              {account === undefined ? 'Create service account' : 'Save changes'}
            </button>
            <a class="button quiet" href={link(back)}>
              Cancel
            </a>
          </div>
        </form>
      </div>
    </Page>,
    status,
  )
}

async function askDelete(visit: Visit, account: ServiceAccount, problems: Problems, status = 200): Promise<Answer> {
  const { items, nextCursor } = await visit.keys.list({
    ownerId: account.id,
    ownerType: 'service',
    ended: false,
    limit: 25,
  })
  const { link } = visit
  return page(
    <Page visit={visit} section="service-accounts" heading={`Delete ${account.name}`}>
      <div class="narrow">
        <Head
          title={
            <>
              Delete <bdi>{account.name}</bdi>
            </>
          }
          back={{ href: link(`service-accounts/${account.id}`), label: account.name }}
        />
        <ProblemSummary problems={problems} />
        <form class="form" method="post" action={link(`service-accounts/${account.id}/delete`)} data-once>
          <Banner tone={items.length === 0 ? 'good' : 'warning'}>
            {items.length === 0 ? (
              'It has no keys. Nothing stops.'
            ) : (
              <>
                {items.length}
                {nextCursor !== null && '+'} {items.length === 1 ? 'key is' : 'keys are'} revoked with it, permanently:
                <ul>
                  {items.map(({ name }) => (
                    <li>
                      <bdi>{name}</bdi>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </Banner>
          <Field
            name="confirm"
            label={
              <>
                Type{' '}
                <bdi>
                  <code>{account.name}</code>
                </bdi>{' '}
                to delete it
              </>
            }
            problems={problems}
            required
          />
          <div class="buttons">
            <a class="button" href={link(`service-accounts/${account.id}`)} data-close autofocus>
              Cancel
            </a>
            <button class="button final" type="submit">
              Delete service account
            </button>
          </div>
        </form>
      </div>
    </Page>,
    status,
  )
}
