import type { CreateKeyInput, ManagedKey } from '@claviger/core'
import type { Problems } from '../components/fields.tsx'
import type { Visit } from '../visit/visit.types.ts'
import type { Form } from '../web/form.ts'
import { ceilingProblems } from './ceiling.ts'
import { covers } from './covers.ts'
import { type ExpiryDraft, expiryDraft, expiryLike, expiryOf } from './expiry.ts'
import { grantChoices, type GrantsDraft, grantsDraft, grantsOf } from './grants.ts'
import {
  readRestrictions,
  type RestrictionsDraft,
  restrictionsDraft,
  restrictionsOf,
  sameList,
} from './restrictions.ts'

/** What stands in the form that creates a key. */
export interface CreateDraft {
  readonly name: string
  readonly description: string
  readonly environment: string
  /** `self`, or `service`. */
  readonly owner: string
  /** The service account. */
  readonly account: string
  readonly grants: GrantsDraft
  readonly restrictions: RestrictionsDraft
  readonly expiry: ExpiryDraft
  readonly answers: ReadonlyMap<string, string>
  /** The id of the key that it takes the place of. */
  readonly replaces: string | undefined
  /** Names this form, so that it creates one key however often it is sent. */
  readonly once: string
}

/** The form as it opens; `?account=` chooses an owner. */
export function firstDraft(visit: Visit, once: string): CreateDraft {
  const { create, keyring } = visit.settings
  const { defaults } = create
  const account = visit.query.get('account')?.slice(0, 255) ?? ''
  const days = defaults.expiresInDays === undefined ? 90 : defaults.expiresInDays
  return {
    name: defaults.name ?? '',
    description: '',
    environment: defaults.environment ?? keyring.environments[0] ?? '',
    owner: account === '' ? (defaults.owner ?? create.owners[0] ?? 'self') : 'service',
    account,
    grants: { choice: grantChoices(visit)[0]?.value ?? 'custom', names: [] },
    restrictions: restrictionsOf({ allowedAddresses: [], resources: {} }, keyring.resources),
    expiry: { choice: days === null ? 'never' : String(days), date: '' },
    answers: new Map(),
    replaces: undefined,
    once,
  }
}

/** The form filled in as for a key that there is: for one that takes its place. The secret is another one. */
export function draftLike(visit: Visit, first: CreateDraft, key: ManagedKey): CreateDraft {
  const { create, keyring } = visit.settings
  const isForService = key.owner.type === 'service'
  const held = visit.keys.grantable().declared.filter((name) => covers(key.permissions, name))
  const preset = grantChoices(visit).find(({ names }) => sameList(names, held))
  return {
    ...first,
    name: key.name,
    description: key.description ?? '',
    environment: keyring.environments.includes(key.environment) ? key.environment : first.environment,
    owner: isForService ? 'service' : 'self',
    account: isForService ? key.owner.id : '',
    grants: { choice: preset?.value ?? 'custom', names: held },
    restrictions: restrictionsOf(key, keyring.resources),
    expiry: expiryLike(key, create.expiresInDays, create.neverExpires, visit.now) ?? first.expiry,
    answers: new Map(create.fields.map(({ name }) => [name, key.metadata[name] ?? ''])),
    replaces: key.id,
  }
}

/** The form as it was sent; for a key that takes the place of another, with that one. */
export function sentDraft(form: Form, visit: Visit, replaced?: ManagedKey): CreateDraft {
  return {
    name: form.text('name'),
    description: form.text('description'),
    environment: form.text('environment'),
    owner: form.text('owner'),
    account: form.text('account'),
    grants: grantsDraft(form),
    restrictions: restrictionsDraft(form, visit.settings.keyring.resources, { known: replaced }),
    expiry: expiryDraft(form),
    answers: new Map(visit.settings.create.fields.map(({ name }) => [name, form.text(`meta.${name}`)])),
    replaces: form.text('replaces').slice(0, 255) || undefined,
    once: form.text('once'),
  }
}

/** What is asked of the keyring, or everything that is wrong. */
export async function createInput(
  visit: Visit,
  draft: CreateDraft,
): Promise<{ readonly input: CreateKeyInput } | { readonly problems: Problems }> {
  const { create } = visit.settings
  const problems = new Map<string, string>()
  const named = create.name
  if (draft.name === '') problems.set('name', 'Give the key a name that says what uses it.')
  else if (
    named !== undefined &&
    !new RegExp(named.pattern.source, named.pattern.flags.replace(/[gy]/g, '')).test(draft.name)
  ) {
    problems.set('name', named.message)
  }
  const isForService = draft.owner === 'service'
  if (isForService && draft.account === '') problems.set('owner', 'Choose a service account, or create one first.')
  if (!create.owners.some((one) => one === draft.owner)) problems.set('owner', 'Choose who uses the key.')
  const grants = grantsOf(visit, draft.grants)
  if ('problems' in grants) for (const [field, text] of grants.problems) problems.set(field, text)
  const restrictions = readRestrictions(draft.restrictions)
  if ('problems' in restrictions) for (const [field, text] of restrictions.problems) problems.set(field, text)
  const expiry = expiryOf(draft.expiry, create.expiresInDays, create.neverExpires, visit.now)
  if ('problem' in expiry) problems.set(draft.expiry.choice === 'date' ? 'expiresAt' : 'expires', expiry.problem)
  for (const [field, text] of answersProblems(visit, draft.answers)) problems.set(field, text)
  if (problems.size > 0 || 'problems' in grants || 'problems' in restrictions || 'problem' in expiry) {
    if ('problems' in grants) return { problems }
    return { problems: new Map([...problems, ...(await ceilingProblems(visit, draft, grants))]) }
  }

  const answers = [...draft.answers].filter(([, answer]) => answer !== '')
  const metadata = { ...Object.fromEntries(answers), ...create.metadata?.(visit.actor) }
  const input: CreateKeyInput = {
    name: draft.name,
    environment: draft.environment,
    permissions: grants,
    ...expiry,
    ...(restrictions.allowedAddresses.length > 0 && { allowedAddresses: restrictions.allowedAddresses }),
    ...(Object.keys(restrictions.resources).length > 0 && { resources: restrictions.resources }),
    ...(draft.description !== '' && { description: draft.description }),
    ...(isForService && { owner: { type: 'service' as const, id: draft.account } }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
  const objection = await create.check?.(input, visit.actor)
  if (objection === undefined) return { input }
  const isOwn = create.fields.some(({ name }) => name === objection.field)
  return { problems: new Map([[isOwn ? `meta.${objection.field}` : objection.field, objection.message]]) }
}

/** What is wrong with the answers to the questions of the host, by the field of the form. */
export function answersProblems(
  { settings }: Visit,
  answers: CreateDraft['answers'],
): readonly (readonly [string, string])[] {
  return settings.create.fields.flatMap(({ name, label, required, options, maxLength = 200 }): [string, string][] => {
    const answer = answers.get(name)
    if (answer === undefined) return []
    const values = options?.map((option) => (typeof option === 'string' ? option : option.value))
    if (answer === '') return required === true ? [[`meta.${name}`, `Fill in ${label}.`]] : []
    if (values !== undefined && !values.includes(answer)) return [[`meta.${name}`, `Choose one for ${label}.`]]
    return answer.length > maxLength ? [[`meta.${name}`, `At most ${maxLength} characters for ${label}.`]] : []
  })
}
