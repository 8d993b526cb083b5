import type { ManagedKey, UpdateKeyInput } from '@claviger/core'
import { isClavigerError } from '@claviger/core'
import { Banner } from '../components/banner.tsx'
import { ExpiryFields } from '../components/expiry.tsx'
import { Field, type Problems, ProblemSummary } from '../components/fields.tsx'
import { GrantFields } from '../components/grants.tsx'
import { Head } from '../components/head.tsx'
import { HostField } from '../components/host-field.tsx'
import { Page } from '../components/page.tsx'
import { RestrictionFields } from '../components/restrictions.tsx'
import { answersProblems } from '../forms/create.ts'
import { type Expiry, type ExpiryDraft, expiryDraft, expiryOf } from '../forms/expiry.ts'
import { problemsOf } from '../forms/problems.ts'
import {
  readRestrictions,
  type RestrictionsDraft,
  restrictionsDraft,
  restrictionsOf,
  sameList,
  sameResources,
} from '../forms/restrictions.ts'
import { readBound } from '../reading/bound.ts'
import { readResourceChoices } from '../reading/resource-choices.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Form } from '../web/form.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'

interface EditDraft {
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
  readonly restrictions: RestrictionsDraft
  readonly expiry: ExpiryDraft
  /** To the questions of the host: those that the form has. */
  readonly answers: ReadonlyMap<string, string>
  readonly revision: number
}

/** The form that changes a key. */
export async function showEdit(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'update')
  const key = await visit.keys.get(id)
  return showForm(visit, key, draftOf(key, visit), new Map())
}

/** Changes a key. */
export async function edit(visit: Visit, { id, form }: Asked): Promise<Answer> {
  required(visit, 'update')
  const key = await visit.keys.get(id)
  const draft = sentDraft(form, key, visit)
  const changed = inputOf(visit, key, draft)
  if ('problems' in changed) return showForm(visit, key, draft, changed.problems, 422)
  try {
    await visit.keys.update(id, changed.input, { revision: draft.revision })
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_CONFLICT') {
      // What was written stays; sending it again is a decision.
      return showForm(visit, key, { ...draft, revision: key.revision }, new Map(), 409)
    }
    return showForm(visit, key, draft, problemsOf(error, { expiresAt: 'expires' }), 422)
  }
  return redirect(`keys/${encodeURIComponent(id)}?notice=updated`)
}

function draftOf(key: ManagedKey, { settings }: Visit): EditDraft {
  const { name, description, permissions, revision } = key
  return {
    name,
    description: description ?? '',
    permissions,
    restrictions: restrictionsOf(key, typesOf(key, settings.keyring)),
    expiry: { choice: 'keep', date: '' },
    answers: new Map(settings.create.fields.map((field) => [field.name, key.metadata[field.name] ?? ''])),
    revision,
  }
}

/** The declared types of resources, and those that the key is still limited by. */
function typesOf({ resources }: ManagedKey, keyring: Visit['settings']['keyring']): readonly string[] {
  return [...new Set([...keyring.resources, ...Object.keys(resources)])]
}

function sentDraft(form: Form, key: ManagedKey, { settings }: Visit): EditDraft {
  const types = typesOf(key, settings.keyring)
  return {
    name: form.text('name'),
    description: form.text('description'),
    permissions: form.all('permissions'),
    restrictions: restrictionsDraft(form, types, { before: restrictionsOf(key, types), known: key }),
    expiry: expiryDraft(form),
    answers: new Map(
      settings.create.fields
        .filter((field) => form.entries.some(([name]) => name === `meta.${field.name}`))
        .map((field) => [field.name, form.text(`meta.${field.name}`)]),
    ),
    revision: Number(form.text('revision')),
  }
}

function inputOf(
  visit: Visit,
  key: ManagedKey,
  { name, description, permissions, restrictions, expiry, answers }: EditDraft,
): { readonly input: UpdateKeyInput } | { readonly problems: Problems } {
  const problems = new Map<string, string>()
  if (name === '') problems.set('name', 'Give the key a name that says what uses it.')
  const { settings, now } = visit
  const { expiresInDays, neverExpires } = settings.create
  // A key that was made before the host asked can still be changed: only other answers are checked.
  const others = new Map([...answers].filter(([field, answer]) => answer !== (key.metadata[field] ?? '')))
  for (const [field, text] of answersProblems(visit, others)) problems.set(field, text)
  const asked = readRestrictions(restrictions)
  if ('problems' in asked) for (const [field, text] of asked.problems) problems.set(field, text)
  const end: Partial<Expiry> | { problem: string } =
    expiry.choice === 'keep' ? {} : expiryOf(expiry, expiresInDays, neverExpires, now)
  if ('problem' in end) problems.set(expiry.choice === 'date' ? 'expiresAt' : 'expires', end.problem)
  if (problems.size > 0 || 'problem' in end || 'problems' in asked) return { problems }
  // What only stays as it is, is not asked for: it could be beyond what this visitor may grant.
  return {
    input: {
      name,
      description: description === '' ? null : description,
      ...(!sameList(permissions, key.permissions) && { permissions }),
      ...(!sameList(asked.allowedAddresses, key.allowedAddresses) && { allowedAddresses: asked.allowedAddresses }),
      ...(!sameResources(asked.resources, key.resources) && { resources: asked.resources }),
      ...(others.size > 0 && { metadata: answered(key.metadata, others) }),
      ...end,
    },
  }
}

/** Metadata with other answers: what the form does not ask for stays. */
function answered(metadata: ManagedKey['metadata'], answers: EditDraft['answers']): Readonly<Record<string, string>> {
  return Object.fromEntries([...Object.entries(metadata), ...answers].filter(([field]) => answers.get(field) !== ''))
}

async function showForm(
  visit: Visit,
  key: ManagedKey,
  draft: EditDraft,
  problems: Problems,
  status = 200,
): Promise<Answer> {
  const { link, format, settings } = visit
  const [choices, bound] = await Promise.all([
    readResourceChoices(visit, [...draft.restrictions.resources.keys()]),
    readBound(visit, key),
  ])
  const end = key.expiresAt === null ? 'never' : format.day(key.expiresAt)
  return page(
    <Page visit={visit} section="keys" heading={`Edit ${key.name}`}>
      <div class="narrow">
        <Head
          title={
            <>
              Edit <bdi>{key.name}</bdi>
            </>
          }
          back={{ href: link(`keys/${key.id}`), label: key.name }}
        />
        {status === 409 && (
          <Banner tone="warning" live>
            <strong>Someone else changed this key while you were editing.</strong> Nothing is saved yet, and what you
            wrote is still here. Their version is named &ldquo;{key.name}&rdquo; with{' '}
            {key.permissions.join(', ') || 'no permissions'}. Save again to replace it.
          </Banner>
        )}
        <ProblemSummary problems={problems} />
        <form class="form" method="post" action={link(`keys/${key.id}/edit`)} data-once>
          <input type="hidden" name="revision" value={String(draft.revision)} />
          <Field name="name" label="Name" value={draft.name} problems={problems} required maxlength={128} />
          <GrantFields
            visit={visit}
            draft={{ choice: 'custom', names: draft.permissions }}
            held={key.permissions}
            problems={problems}
            bound={bound}
            holder="its owner"
          />
          <RestrictionFields draft={draft.restrictions} problems={problems} choices={choices} />
          <ExpiryFields
            visit={visit}
            draft={draft.expiry}
            problems={problems}
            days={settings.create.expiresInDays}
            neverExpires={settings.create.neverExpires && key.expiresAt !== null}
            keep={`Keep: ${end}`}
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
          />
          <p class="help">
            Fewer permissions, or less to reach, takes effect as fast as a revocation: within seconds, in every process.
          </p>
          <div class="buttons">
            <button class="button primary" type="submit">
              Save changes
            </button>
            <a class="button quiet" href={link(`keys/${key.id}`)}>
              Cancel
            </a>
          </div>
        </form>
      </div>
    </Page>,
    status,
  )
}
