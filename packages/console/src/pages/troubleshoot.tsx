import type { Diagnosis } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { Banner } from '../components/banner.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { Page } from '../components/page.tsx'
import { Select } from '../components/select.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'

interface Question {
  readonly permission: string
  readonly environment: string
}

/** The form that explains a failing key. `?key=` chooses one by its id. */
export function showTroubleshoot(visit: Visit): Answer {
  required(visit, 'diagnose')
  const id = visit.query.get('key') ?? ''
  return show(visit, { permission: '', environment: '' }, undefined, idForm.test(id) ? id : '')
}

/** Explains why requests with a key fail. What was pasted is used here, and not sent back. */
export async function troubleshoot(visit: Visit, { form }: Asked): Promise<Answer> {
  const question = { permission: form.text('permission'), environment: form.text('environment') }
  const given = form.text('token')
  const { permissions, environments } = visit.settings.keyring
  const input = {
    ...(permissions.has(question.permission) && { permission: question.permission }),
    ...(environments.includes(question.environment) && { environment: question.environment }),
  }
  const id = await idOf(visit, given)
  const found = await visit.keys.diagnose(id === undefined ? (form.all('token')[0] ?? '') : { id }, input)
  return show(visit, question, found, '')
}

const idForm = /^[\w-]{16}$/
const hintForm = /(?:^|\u2026|\.\.\.)([\w-]{4})$/

/** The key that an id, a hint or its last four characters mean; undefined when the text should be read as a token. */
async function idOf({ keys }: Visit, text: string): Promise<string | undefined> {
  if (idForm.test(text)) return text
  const last = text.length === 4 || /\u2026|\.\.\./.test(text) ? hintForm.exec(text)?.[1] : undefined
  if (last === undefined) return undefined
  const { items, nextCursor } = await keys.list({ search: last, limit: 2 })
  return nextCursor === null && items.length === 1 ? items[0]?.id : undefined
}

function show(visit: Visit, { permission, environment }: Question, found: Diagnosis | undefined, id: string): Answer {
  const { permissions, environments } = visit.settings.keyring
  return page(
    <Page visit={visit} section="troubleshoot" heading="Troubleshoot">
      <Head
        title="Troubleshoot"
        lead="Find out why requests with a key fail. Paste the key exactly as the client sends it, or its ID or last 4 characters."
      />
      <div class="columns even">
        <form class="card" method="post" action={visit.link('troubleshoot')}>
          <div class="inner form">
            <div class="field">
              <label class="label" for="f-token">
                API key or key ID
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
                It is used once to look, and neither stored nor shown again.
              </p>
            </div>
            <Select
              name="permission"
              label="Permission that the route needs"
              value={permission}
              options={[['', 'Any'], ...permissions.names.map((name): [string, string] => [name, name])]}
            />
            <Select
              name="environment"
              label="Environment that the route needs"
              value={environment}
              options={[['', 'Any'], ...environments.map((name): [string, string] => [name, name])]}
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
          ) : (
            <Result visit={visit} found={found} />
          )}
        </section>
      </div>
    </Page>,
  )
}

const Result: FC<{ readonly visit: Visit; readonly found: Diagnosis }> = ({
  visit,
  found: { ok, code, checks, fix, keyId },
}) => (
  <div class="inner stack">
    <Banner tone={ok ? 'good' : 'bad'} live>
      <strong>
        {ok ? 'Requests with this key are accepted.' : (checks.at(-1)?.detail ?? 'Requests with this key fail.')}
      </strong>
      {fix !== null && <div>{fix}</div>}
    </Banner>
    <ol class="steps">
      {checks.map(({ ok: passed, detail }) => (
        <li class={passed ? undefined : 'no'}>
          <Icon name={passed ? 'check' : 'cross'} />
          <span>
            <span class="hidden">{passed ? 'Passed: ' : 'Failed: '}</span>
            {detail}
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
)
