import type { DiagnoseInput, ManagedKey } from '@claviger/core'
import { DiagnosisResult } from '../components/diagnosis-result.tsx'
import { Field, type Problems, ProblemSummary } from '../components/fields.tsx'
import { FormerName } from '../components/former-name.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { OwnersNamed } from '../components/owners-named.tsx'
import { Page } from '../components/page.tsx'
import { Select } from '../components/select.tsx'
import { SeveralKeys } from '../components/several-keys.tsx'
import { troubleshootPath } from '../components/troubleshoot-path.ts'
import { isAddress } from '../forms/addresses.ts'
import { type Explained, explain } from '../reading/explained.ts'
import { findOwnersNamed, type NamedOwner } from '../reading/owners-named.ts'
import type { Question } from '../reading/question.ts'
import { meantKeys } from '../reading/meant-key.ts'
import { type Masked, maskedText, soughtIn } from '../reading/sought.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'

const nothing: Question = { permission: '', environment: '', address: '', resources: {} }

/** The form that explains a failing key. `?key=` chooses one by its id. */
export async function showTroubleshoot(visit: Visit): Promise<Answer> {
  required(visit, 'diagnose')
  const id = visit.query.get('key') ?? ''
  if (!idForm.test(id)) return show(visit, nothing, undefined, '')
  const permission = visit.query.get('permission') ?? ''
  const question = { ...nothing, permission: visit.settings.keyring.permissions.has(permission) ? permission : '' }
  const diagnosis = await visit.keys.diagnose({ id }, inputOf(visit, question))
  return show(visit, question, await explain(visit, diagnosis, { ...question, hasToken: false }, ''), id)
}

/** Explains why requests with a key fail. A key that was pasted is used here, and not sent back. */
export async function troubleshoot(visit: Visit, { form }: Asked): Promise<Answer> {
  const { resources: types, redact, isOurs } = visit.settings.keyring
  // Shown again, where a key may have been pasted into the wrong field.
  const named = types.map((type): [string, string] => [type, redact(form.text(`resources.${type}`)).slice(0, 255)])
  const question: Question = {
    permission: form.text('permission'),
    environment: form.text('environment'),
    address: form.text('address').slice(0, 64),
    resources: Object.fromEntries(named.filter(([, id]) => id !== '')),
  }
  const text = form.text('token')
  const { q, hasSecret, masked } = soughtIn(text, visit.settings.keyring)
  // What may be shown again of a text that is no whole key.
  const written = masked === undefined ? (isWord(text) ? text : undefined) : maskedText(text, masked)
  if (question.address !== '' && !isAddress(question.address)) {
    const problems = new Map([['address', 'Write one IP address such as 203.0.113.7, or leave it empty.']])
    const again = { ...question, address: visit.settings.keyring.redact(form.text('address')).slice(0, 64) }
    return show(visit, again, undefined, written ?? (idForm.test(q) ? q : ''), problems)
  }
  // A key, or what is left of one, is read exactly as it came.
  const meant = hasSecret || text.length > longestName ? [] : await meantKeys(visit, text)
  // What is long may be a damaged key, of which nothing but a whole name is told apart.
  const fitting = masked === undefined && text.length > longestWord ? meant.filter(({ name }) => name === text) : meant
  const [key] = fitting
  const isNoKey = masked !== undefined || (isWord(text) && !isOurs(text))
  if (fitting.length > 1 || (key === undefined && isNoKey)) {
    const owners = fitting.length === 0 && masked === undefined ? await findOwnersNamed(visit, text) : []
    return show(visit, question, { unknown: written ?? '', masked, several: fitting, owners }, written ?? '')
  }
  const target = key === undefined ? (form.all('token')[0] ?? '') : { id: key.id }
  const diagnosis = await visit.keys.diagnose(target, inputOf(visit, question))
  const found = await explain(visit, diagnosis, { ...question, hasToken: key === undefined }, text)
  return show(visit, question, found, key === undefined ? '' : (written ?? key.id))
}

function inputOf(visit: Visit, { permission, environment, address, resources }: Question): DiagnoseInput {
  const { permissions, environments } = visit.settings.keyring
  return {
    ...(permissions.has(permission) && { permission }),
    ...(environments.includes(environment) && { environment }),
    ...(address !== '' && { address }),
    ...(Object.keys(resources).length > 0 && { resources }),
  }
}

const noProblems: Problems = new Map()

const idForm = /^[\w-]{16}$/
const longestName = 128
const longestWord = 48

/** Whether a text is too short and too plain to be a key or a part of one. */
function isWord(text: string): boolean {
  return text !== '' && text.length < 20 && !text.includes('_') && !/[$<{"'`]/.test(text)
}

type Found = Explained | Unknown

/** A text that means no single key. */
interface Unknown {
  readonly unknown: string
  readonly masked: Masked | undefined
  readonly several: readonly ManagedKey[]
  readonly owners: readonly NamedOwner[]
}

function show(
  visit: Visit,
  { permission, environment, address, resources }: Question,
  found: Found | undefined,
  id: string,
  problems: Problems = noProblems,
): Answer {
  const { permissions, environments } = visit.settings.keyring
  return page(
    <Page visit={visit} section="troubleshoot" heading="Troubleshoot">
      <Head
        title="Troubleshoot"
        lead="Find out why requests with a key fail. Paste the key exactly as the client sends it, or give its name, its ID or its last 4 characters."
      />
      <ProblemSummary problems={problems} />
      <div class={found === undefined ? 'columns even' : 'columns even answered'}>
        <form class="card" method="post" action={visit.link('troubleshoot')}>
          <div class="inner form">
            <div class="field">
              <label class="label" for="f-token">
                API key, or the name, ID or last 4 characters of one
              </label>
              <input
                class="control mono"
                id="f-token"
                name="token"
                value={id}
                required
                maxlength={500}
                autocomplete="off"
                spellcheck={false}
                aria-describedby="h-token"
              />
              <p class="help" id="h-token">
                A key is used once to look, and neither stored nor shown again.
              </p>
            </div>
            <Select
              name="permission"
              label="Permission that the route needs"
              value={permission}
              options={[['', 'Do not check'], ...permissions.names.map((name): [string, string] => [name, name])]}
            />
            <Select
              name="environment"
              label="Environment that the route needs"
              value={environment}
              options={[['', 'Do not check'], ...environments.map((name): [string, string] => [name, name])]}
            />
            {visit.settings.keyring.resources.map((type) => (
              <Field
                name={`resources.${type}`}
                label={`ID of the ${type} that the route is about`}
                value={resources[type]}
                problems={noProblems}
                maxlength={255}
                isMono
              />
            ))}
            <Field
              name="address"
              label="Address that the request came from"
              value={address}
              problems={problems}
              maxlength={64}
              placeholder="203.0.113.7"
              isMono
            />
            <div class="buttons">
              <button class="button primary" type="submit">
                Explain
              </button>
            </div>
          </div>
        </form>
        <section class="card" aria-label="Result">
          {found === undefined ? (
            <div class="empty">
              <Icon name="search" />
              <p>
                The checks appear here in the order in which a request goes through them, up to the first that fails.
              </p>
            </div>
          ) : 'unknown' in found ? (
            <div class="empty">
              <Icon name="search" />
              {found.several.length === 0 ? (
                <>
                  <p>
                    {found.masked === undefined
                      ? 'No key that you can see has this in its name, this ID or this ending.'
                      : `No key that you can see both begins with ${found.masked.start} and ends in ${found.masked.ending}.`}
                  </p>
                  {found.masked === undefined && <FormerName visit={visit} text={found.unknown} />}
                  {found.owners.length > 0 && (
                    <p>
                      <OwnersNamed visit={visit} of={found.owners} />
                    </p>
                  )}
                </>
              ) : (
                <SeveralKeys keys={found.several} href={(key) => visit.link(troubleshootPath(key))} />
              )}
            </div>
          ) : (
            <DiagnosisResult visit={visit} of={found} />
          )}
        </section>
      </div>
    </Page>,
    problems.size > 0 ? 422 : 200,
  )
}
