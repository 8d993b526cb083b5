import { isClavigerError, type ManagedKey } from '@claviger/core'
import { problemOf } from '@claviger/management/web'
import { Banner } from '../components/banner.tsx'
import { Field, type Problems, ProblemSummary } from '../components/fields.tsx'
import { Head } from '../components/head.tsx'
import { Page } from '../components/page.tsx'
import { Time } from '../components/time.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'
import { needsTyping } from './revoke.tsx'

type Action = 'disable' | 'revoke'

const words = {
  disable: {
    verb: 'Disable',
    done: 'Disabled',
    text: 'Requests with these keys get 401 until someone enables them again.',
  },
  revoke: { verb: 'Revoke', done: 'Revoked', text: 'Requests with these keys get 401 at once, permanently.' },
} as const
const most = 100

/** Does something to several keys: asks first, then says of each how it went. */
export async function bulk(visit: Visit, { form }: Asked): Promise<Answer> {
  required(visit, 'revoke')
  const action: Action = form.text('action') === 'revoke' ? 'revoke' : 'disable'
  const ids = [...new Set(form.all('id'))]
  const reason = form.text('reason')
  const keys = await readKeys(visit, ids.slice(0, most))
  if (keys.length === 0) return redirect('review')
  if (form.text('confirmed') !== 'yes')
    return ask({ visit, action, keys, reason: '', beyond: Math.max(0, ids.length - most) }, new Map())
  if (action === 'revoke' && isRisky(visit, keys) && form.text('confirm') !== String(keys.length)) {
    const problems = new Map([['confirm', `Type ${keys.length}, the number of keys above.`]])
    return ask({ visit, action, keys, reason, beyond: 0 }, problems, 422)
  }
  const [why, act] = [reason || null, action === 'revoke' ? revokeAll : disableAll]
  const results = await act(visit, keys, why)
  return showResults(visit, action, results)
}

/** Those that are there, and visible: others read as if they were not. */
async function readKeys({ keys }: Visit, ids: readonly string[]): Promise<readonly ManagedKey[]> {
  const found = await Promise.all(
    ids.map(async (id) => {
      try {
        return await keys.get(id)
      } catch (error) {
        if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_KEY_NOT_FOUND') return undefined
        throw error
      }
    }),
  )
  return found.filter((key) => key !== undefined)
}

interface Result {
  readonly key: ManagedKey
  /** What went wrong; undefined when it went well. */
  readonly problem: string | undefined
}

async function revokeAll(
  { keys }: Visit,
  all: readonly ManagedKey[],
  reason: string | null,
): Promise<readonly Result[]> {
  const results = await keys.revokeMany(
    all.map(({ id }) => id),
    { reason },
  )
  return all.map((key) => {
    const result = results.find(({ id }) => id === key.id)
    return { key, problem: result === undefined || result.ok ? undefined : problemOf(result.error).detail }
  })
}

async function disableAll(
  { keys }: Visit,
  all: readonly ManagedKey[],
  reason: string | null,
): Promise<readonly Result[]> {
  const results: Result[] = []
  // One after the other: each is a change of its own, and none is urgent.
  for (const key of all) {
    try {
      await keys.disable(key.id, { reason })
      results.push({ key, problem: undefined })
    } catch (error) {
      results.push({ key, problem: problemOf(error).detail })
    }
  }
  return results
}

function isRisky({ now }: Visit, keys: readonly ManagedKey[]): boolean {
  return keys.some((key) => needsTyping(key, now))
}

interface BulkDraft {
  readonly visit: Visit
  readonly action: Action
  readonly keys: readonly ManagedKey[]
  readonly reason: string
  /** How many more were chosen than one call takes. */
  readonly beyond: number
}

function ask({ visit, action, keys, reason, beyond }: BulkDraft, problems: Problems, status = 200): Answer {
  const { verb, text } = words[action]
  const title = `${verb} ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`
  return page(
    <Page visit={visit} section="review" heading={title}>
      <div class="narrow">
        <Head title={title} back={{ href: visit.link('review'), label: 'Review' }} />
        <ProblemSummary problems={problems} />
        <form class="form" method="post" action={visit.link('review')} data-once>
          <input type="hidden" name="action" value={action} />
          <input type="hidden" name="confirmed" value="yes" />
          {keys.map(({ id }) => (
            <input type="hidden" name="id" value={id} />
          ))}
          <p>{text}</p>
          {beyond > 0 && (
            <Banner tone="warning">
              You chose {most + beyond}. These are the first {most}: choose the others afterwards.
            </Banner>
          )}
          <ul class="card rows">
            {keys.map((key) => (
              <li>
                <div class="two">
                  <strong>
                    <bdi>{key.name}</bdi>
                  </strong>
                  <code>{key.hint}</code>
                </div>
                <span class="small muted">
                  last used <Time at={key.lastUsedAt} format={visit.format} none="never" />
                </span>
              </li>
            ))}
          </ul>
          {action === 'revoke' && isRisky(visit, keys) && (
            <Field
              name="confirm"
              label={
                <>
                  Some are in use or of production. Type <code>{keys.length}</code> to revoke them
                </>
              }
              problems={problems}
              required
            />
          )}
          <Field
            name="reason"
            label="Reason"
            value={reason}
            problems={problems}
            maxlength={500}
            placeholder="For the activity log"
          />
          <div class="buttons">
            <a class="button" href={visit.link('review')} autofocus>
              Cancel
            </a>
            <button class={`button ${action === 'revoke' ? 'final' : 'primary'}`} type="submit">
              {title}
            </button>
          </div>
        </form>
      </div>
    </Page>,
    status,
  )
}

function showResults(visit: Visit, action: Action, results: readonly Result[]): Answer {
  const failed = results.filter(({ problem }) => problem !== undefined)
  const { done } = words[action]
  const count = results.length - failed.length
  return page(
    <Page visit={visit} section="review" heading={done}>
      <div class="narrow">
        <Head title={`${done} ${count} of ${results.length}`} back={{ href: visit.link('review'), label: 'Review' }} />
        <Banner tone={failed.length === 0 ? 'good' : 'bad'} live>
          {failed.length === 0
            ? 'Requests with these keys now get 401.'
            : `${failed.length} could not be changed. The others are done.`}
        </Banner>
        <ul class="card rows">
          {results.map(({ key, problem }) => (
            <li>
              <div class="two">
                <a class="title" href={visit.link(`keys/${key.id}`)}>
                  <bdi>{key.name}</bdi>
                </a>
                {problem !== undefined && <span>{problem}</span>}
              </div>
              <span class={`badge ${problem === undefined ? 'ok' : 'stop'}`}>
                {problem === undefined ? done : 'Failed'}
              </span>
            </li>
          ))}
        </ul>
        <div class="buttons">
          <a class="button" href={visit.link('review')}>
            Back to review
          </a>
        </div>
      </div>
    </Page>,
  )
}
