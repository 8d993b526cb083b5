import { randomUUID } from 'node:crypto'
import { isClavigerError, type ServiceAccount } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { ExpiryFields } from '../components/expiry.tsx'
import { Choice, Field, ProblemLine, type Problems, ProblemSummary } from '../components/fields.tsx'
import { GrantFields } from '../components/grants.tsx'
import { Head } from '../components/head.tsx'
import { HostField } from '../components/host-field.tsx'
import { Page } from '../components/page.tsx'
import { expiryNote, ReplacesLine } from '../components/replacing.tsx'
import { RestrictionFields } from '../components/restrictions.tsx'
import { heldBy } from '../forms/ceiling.ts'
import { covers } from '../forms/covers.ts'
import { type CreateDraft, createInput, draftLike, firstDraft, sentDraft } from '../forms/create.ts'
import { grantChoices } from '../forms/grants.ts'
import { problemsOf } from '../forms/problems.ts'
import { readResourceChoices } from '../reading/resource-choices.ts'
import { readReplaced } from '../reading/namesakes.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'
import { revealCreated } from './reveal.tsx'

/** The form that creates a key. */
export async function showCreate(visit: Visit): Promise<Answer> {
  required(visit, 'create')
  const like = visit.query.get('like')
  const draft = firstDraft(visit, randomUUID())
  return showForm(visit, like === null ? draft : draftLike(visit, draft, await visit.keys.get(like)), new Map())
}

/** Creates a key, and shows its token: only here. */
export async function create(visit: Visit, { form }: Asked): Promise<Answer> {
  required(visit, 'create')
  const replaces = form.text('replaces')
  const replaced = replaces === '' ? undefined : await visit.keys.get(replaces)
  const draft = sentDraft(form, visit, replaced)
  const asked = await createInput(visit, draft)
  if ('problems' in asked) return showForm(visit, draft, asked.problems, 422)
  try {
    return revealCreated(visit, await visit.keys.create(asked.input, { idempotencyKey: `console-${draft.once}` }))
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED') {
      // The form was changed after it had made a key: sent once more, it makes another one.
      return showForm(visit, { ...draft, once: randomUUID() }, usedForm, 422)
    }
    return showForm(visit, draft, problemsOf(error, {}, await heldBy(visit, draft)), 422)
  }
}

const usedForm: Problems = new Map([
  ['name', 'This form already created a key, which is in the list. Send it again to create another one.'],
])

async function showForm(visit: Visit, draft: CreateDraft, problems: Problems, status = 200): Promise<Answer> {
  const { link, settings, can } = visit
  const mayServe = can.manageServiceAccounts && settings.create.owners.includes('service')
  const [accounts, choices, replaced] = await Promise.all([
    mayServe ? visit.keys.serviceAccounts.list({ limit: 100 }).then(({ items }) => items) : [],
    readResourceChoices(visit, settings.keyring.resources),
    draft.replaces === undefined ? undefined : readReplaced(visit, draft.replaces),
  ])
  const old = replaced?.key
  const owning = draft.owner === 'service' ? accounts.find(({ id }) => id === draft.account) : undefined
  return page(
    <Page visit={visit} section="keys" heading={old === undefined ? 'Create API key' : `Replace ${old.name}`}>
      <div class="narrow">
        <Head
          title={
            old === undefined ? (
              'Create API key'
            ) : (
              <>
                Replace <bdi>{old.name}</bdi>
              </>
            )
          }
          back={
            old === undefined
              ? { href: link(''), label: settings.title }
              : { href: link(`keys/${old.id}`), label: old.name }
          }
          lead={
            replaced === undefined ? (
              'Create one per app and environment, so you can rotate or revoke each on its own.'
            ) : (
              <ReplacesLine visit={visit} of={replaced} />
            )
          }
        />
        <ProblemSummary problems={problems} />
        <form class="form" method="post" action={link('keys')} data-once>
          <input type="hidden" name="once" value={draft.once} />
          {old !== undefined && <input type="hidden" name="replaces" value={old.id} />}
          <Field
            name="name"
            label="Name"
            value={draft.name}
            problems={problems}
            required
            maxlength={128}
            placeholder="e.g. Production website"
            list={['Production', 'Staging', 'Development', 'CI/CD']}
            help="What uses the key. Members of the workspace see it."
          />
          <OwnerFields visit={visit} draft={draft} problems={problems} accounts={accounts} mayServe={mayServe} />
          <fieldset class="field">
            <legend class="label">Environment</legend>
            <div class="pills">
              {settings.keyring.environments.map((name, index) => (
                <Choice
                  name="environment"
                  value={name}
                  checked={draft.environment === name}
                  title={name}
                  id={index === 0 ? 'f-environment' : undefined}
                />
              ))}
            </div>
            <ProblemLine name="environment" problems={problems} />
            <p class="help">The environment is part of the key and cannot be changed later.</p>
          </fieldset>
          <GrantFields
            visit={visit}
            draft={draft.grants}
            problems={problems}
            choices={grantChoices(visit)}
            bound={accounts.length === 0 ? undefined : (owning?.permissions ?? 'open')}
            advice={
              owning !== undefined &&
              problems.has('permissions') && (
                <a href={link(`service-accounts/${owning.id}/edit`)} target="_blank" rel="noopener">
                  Widen <bdi>{owning.name}</bdi>
                </a>
              )
            }
          />
          <RestrictionFields draft={draft.restrictions} problems={problems} choices={choices} />
          <ExpiryFields
            visit={visit}
            draft={draft.expiry}
            problems={problems}
            days={settings.create.expiresInDays}
            neverExpires={settings.create.neverExpires}
            note={old === undefined ? undefined : expiryNote(visit, old)}
          />
          {settings.create.fields.map((field) => (
            <HostField field={field} value={draft.answers.get(field.name)} problems={problems} />
          ))}
          <Field
            name="description"
            label="Description"
            type="textarea"
            value={draft.description}
            problems={problems}
            maxlength={2_000}
            placeholder="Where it is stored, who to ask"
          />
          <p class="help">
            This key can never do more than its owner. If the owner&rsquo;s role changes, the key&rsquo;s access changes
            with it.
          </p>
          <div class="buttons">
            <button class="button primary" type="submit">
              Create key
            </button>
            <a class="button quiet" href={link('')}>
              Cancel
            </a>
          </div>
        </form>
      </div>
    </Page>,
    status,
  )
}

interface OwnerProps {
  readonly visit: Visit
  readonly draft: CreateDraft
  readonly problems: Problems
  readonly accounts: readonly ServiceAccount[]
  readonly mayServe: boolean
}

const OwnerFields: FC<OwnerProps> = ({ visit, draft, problems, accounts, mayServe }) => {
  const maySelf = visit.settings.create.owners.includes('self') && visit.actor.type !== 'system'
  const workspace = visit.settings.workspaceLabel(visit.actor)
  if (!mayServe) {
    return (
      <div class="field">
        <input type="hidden" name="owner" value="self" />
        <span class="label">Used by</span>
        {maySelf && (
          <p class="small">
            You. The key is yours, and stops working when you leave {workspace}.
            {visit.settings.create.owners.includes('service') &&
              ' For a server or CI, ask an admin for a key of a service account: that keeps working.'}
          </p>
        )}
        <ProblemLine name="owner" problems={problems} />
      </div>
    )
  }
  return (
    <fieldset class="field">
      <legend class="label">Used by</legend>
      <div class="choices">
        {maySelf && (
          <Choice
            name="owner"
            value="self"
            checked={draft.owner === 'self'}
            title="You"
            text={`Stops working when you leave ${workspace}.`}
            id="f-owner"
          />
        )}
        <Choice
          name="owner"
          value="service"
          checked={draft.owner === 'service' || !maySelf}
          title="Service account"
          text="Keeps working when people leave. Best for servers and CI."
          opens
          id={maySelf ? undefined : 'f-owner'}
        />
      </div>
      <div class="only-if field">
        {accounts.length === 0 ? (
          <p class="help">
            There is no service account yet. <a href={visit.link('service-accounts/new')}>Create one</a> first.
          </p>
        ) : (
          <>
            <label class="label" for="f-account">
              Which service account
            </label>
            <span class="select">
              <select
                class="control"
                id="f-account"
                name="account"
                aria-invalid={problems.has('owner') ? 'true' : undefined}
                data-account
              >
                <option value="">Choose one</option>
                {accounts.map(({ id, name, permissions }) => (
                  <option value={id} selected={id === draft.account} data-lacks={lackedBy(visit, permissions)}>
                    {name} ({shortList(permissions)})
                  </option>
                ))}
              </select>
            </span>
            <p class="help">
              In brackets: what its keys may do at most.{' '}
              <a href={visit.link('service-accounts/new')} target="_blank" rel="noopener">
                Create a service account
              </a>{' '}
              in another tab.
            </p>
          </>
        )}
      </div>
      <ProblemLine name="owner" problems={problems} />
    </fieldset>
  )
}

/** The declared permissions that a service account does not hold, for the script that marks what goes beyond it. */
function lackedBy({ keys }: Visit, permissions: readonly string[]): string {
  return keys
    .grantable()
    .declared.filter((name) => !covers(permissions, name))
    .join(' ')
}

/** `context:*, prompts:*` */
function shortList(names: readonly string[]): string {
  if (names.length === 0) return 'nothing'
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')
}
