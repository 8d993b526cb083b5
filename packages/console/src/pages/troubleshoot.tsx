import type { Diagnosis, KeyUsage } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { Banner } from '../components/banner.tsx'
import { Field, type Problems } from '../components/fields.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { Page } from '../components/page.tsx'
import { Reasons } from '../components/reasons.tsx'
import { Select } from '../components/select.tsx'
import { attempt } from '../reading/attempt.ts'
import { meantKey } from '../reading/meant-key.ts'
import { readNames } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'

interface Question {
  readonly permission: string
  readonly environment: string
  readonly address: string
  /** An id by declared type of resource. */
  readonly resources: Readonly<Record<string, string>>
}

const nothing: Question = { permission: '', environment: '', address: '', resources: {} }

/** The form that explains a failing key. `?key=` chooses one by its id. */
export function showTroubleshoot(visit: Visit): Answer {
  required(visit, 'diagnose')
  const id = visit.query.get('key') ?? ''
  return show(visit, nothing, undefined, idForm.test(id) ? id : '')
}

/** Explains why requests with a key fail. A key that was pasted is used here, and not sent back. */
export async function troubleshoot(visit: Visit, { form }: Asked): Promise<Answer> {
  const { permissions, environments, resources: types } = visit.settings.keyring
  const named = types.map((type): [string, string] => [type, form.text(`resources.${type}`).slice(0, 255)])
  const question: Question = {
    permission: form.text('permission'),
    environment: form.text('environment'),
    address: form.text('address').slice(0, 64),
    resources: Object.fromEntries(named.filter(([, id]) => id !== '')),
  }
  const text = form.text('token')
  const input = {
    ...(permissions.has(question.permission) && { permission: question.permission }),
    ...(environments.includes(question.environment) && { environment: question.environment }),
    ...(question.address !== '' && { address: question.address }),
    ...(Object.keys(question.resources).length > 0 && { resources: question.resources }),
  }
  // What is as long as a key is read as one, exactly as it came.
  const id = text.length > longestName ? undefined : await meantKey(visit, text)
  if (id === undefined && isWord(text)) return show(visit, question, { unknown: text }, text)
  const diagnosis = await visit.keys.diagnose(id === undefined ? (form.all('token')[0] ?? '') : { id }, input)
  return show(visit, question, await explained(visit, diagnosis, question), id ?? '')
}

const noProblems: Problems = new Map()

const idForm = /^[\w-]{16}$/
const longestName = 48

/** Whether a text is too short and too plain to be a key or a part of one. */
function isWord(text: string): boolean {
  return text !== '' && text.length < 20 && !text.includes('_') && !/[$<{"'`]/.test(text)
}

/** What a diagnosis says, with what is known around it. */
interface Explained {
  readonly diagnosis: Diagnosis
  /** The owner by name, instead of by id. */
  readonly owner: { readonly raw: string; readonly name: string } | undefined
  /** Why requests with the key were denied lately. */
  readonly denied: KeyUsage['totals'] | undefined
  /** What of a request was not looked at. */
  readonly open: readonly string[]
}

async function explained(visit: Visit, diagnosis: Diagnosis, question: Question): Promise<Explained> {
  const { keyId } = diagnosis
  const open = [
    ...(question.permission === '' ? ['the permission that the route needs'] : []),
    ...(question.environment === '' ? ['the environment that the route needs'] : []),
  ]
  if (keyId === null) return { diagnosis, owner: undefined, denied: undefined, open }
  const [key, usage] = await Promise.all([
    attempt(visit, 'key', () => visit.keys.get(keyId)),
    visit.can.viewUsage ? attempt(visit, 'usage', () => visit.keys.usage(keyId)) : undefined,
  ])
  const owner = typeof key === 'object' ? key.owner : undefined
  const names = owner === undefined ? undefined : await readNames(visit, [owner])
  return {
    diagnosis,
    owner:
      owner === undefined || names === undefined
        ? undefined
        : { raw: `the ${owner.type === 'user' ? 'user' : 'service account'} ${owner.id}`, name: names.of(owner).name },
    denied: typeof usage === 'object' && usage.totals.denied > 0 ? usage.totals : undefined,
    open,
  }
}

type Found = Explained | { readonly unknown: string }

function show(
  visit: Visit,
  { permission, environment, address, resources }: Question,
  found: Found | undefined,
  id: string,
): Answer {
  const { permissions, environments } = visit.settings.keyring
  return page(
    <Page visit={visit} section="troubleshoot" heading="Troubleshoot">
      <Head
        title="Troubleshoot"
        lead="Find out why requests with a key fail. Paste the key exactly as the client sends it, or give its name, its ID or its last 4 characters."
      />
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
              problems={noProblems}
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
              <p>
                No single key that you can see has this name, ID or ending. Upper and lower case count; the ending of a
                secret that was replaced does not find its key.
              </p>
            </div>
          ) : (
            <Result visit={visit} of={found} />
          )}
        </section>
      </div>
    </Page>,
  )
}

const Result: FC<{ readonly visit: Visit; readonly of: Explained }> = ({
  visit,
  of: { diagnosis, owner, denied, open },
}) => {
  const { ok, code, checks, fix, keyId } = diagnosis
  const words = (text: string): string =>
    readable(owner === undefined ? text : text.replace(owner.raw, owner.name), visit)
  return (
    <>
      <div class="inner stack">
        <Banner tone={ok ? 'good' : 'bad'} live>
          <strong>{ok ? 'The key itself is good.' : 'Requests with this key are refused.'}</strong>
          {ok && open.length > 0 && <div>Not checked: {open.join(' and ')}. Choose it to check it too.</div>}
          {ok && open.length === 0 && <div>A request to such a route is accepted.</div>}
          {fix !== null && <div>{words(fix)}</div>}
        </Banner>
        <ol class="steps">
          {checks.map(({ ok: passed, detail }) => (
            <li class={passed ? undefined : 'no'}>
              <Icon name={passed ? 'check' : 'cross'} />
              <span>
                <span class="hidden">{passed ? 'Passed: ' : 'Failed: '}</span>
                {words(detail)}
              </span>
            </li>
          ))}
        </ol>
        <p class="help">
          Code <code>{code}</code>
          {keyId !== null && (
            <>
              {' \u00b7 '}
              <a href={visit.link(`keys/${keyId}`)}>Open the key</a>
            </>
          )}
        </p>
      </div>
      {denied !== undefined && (
        <>
          <header>
            <h2>What it was denied for, 30 days</h2>
          </header>
          <Reasons visit={visit} of={denied} />
        </>
      )}
    </>
  )
}

/** Instants as people read them. */
function readable(text: string, { format }: Visit): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) => format.exact(new Date(instant)))
}
