import { isClavigerError, type KeyCaller, type ManagedKey } from '@claviger/core'
import { problemOf } from '@claviger/management/web'
import type { FC } from 'hono/jsx'
import { Banner } from '../components/banner.tsx'
import { Breaks, isUsedWithin, isWorking } from '../components/evidence.tsx'
import { Field, type Problems } from '../components/fields.tsx'
import { Head } from '../components/head.tsx'
import { Page } from '../components/page.tsx'
import { Time } from '../components/time.tsx'
import { readCallers, known } from '../reading/callers.ts'
import { allowedOfLastDay } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'
import { needsTyping } from './revoke.tsx'

type Action = 'disable' | 'revoke'

const words = {
  disable: {
    verb: 'Disable',
    what: 'Disabling it',
    done: 'Disabled',
    one: 'Requests with this key get 401 until someone enables it again.',
    many: 'Requests with these keys get 401 until someone enables them again.',
  },
  revoke: {
    verb: 'Revoke',
    what: 'Revoking it',
    done: 'Revoked',
    one: 'Requests with this key get 401 at once, permanently.',
    many: 'Requests with these keys get 401 at once, permanently.',
  },
} as const
const most = 100

/** Does something to several keys: asks first, then says of each how it went. */
export async function bulk(visit: Visit, { form }: Asked): Promise<Answer> {
  required(visit, 'revoke')
  const action: Action = form.text('action') === 'revoke' ? 'revoke' : 'disable'
  const ids = [...new Set(form.all('id'))]
  const reason = form.text('reason')
  const keys = await readKeys(visit, ids.slice(0, most))
  if (ids.length === 0) return redirect('review?notice=nothing#chosen')
  if (keys.length === 0) return redirect('review')
  if (form.text('confirmed') !== 'yes')
    return ask({ visit, action, keys, reason: '', beyond: Math.max(0, ids.length - most) }, new Map())
  if (action === 'revoke' && isRisky(visit, keys) && form.text('confirm') !== String(keys.length)) {
    const problems = new Map([
      ['confirm', `Type ${keys.length}, the number of keys above, to ${action} ${keys.length === 1 ? 'it' : 'them'}.`],
    ])
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

async function ask(
  { visit, action, keys, reason, beyond }: BulkDraft,
  problems: Problems,
  status = 200,
): Promise<Answer> {
  const { verb, one, many, what } = words[action]
  const isOne = keys.length === 1
  const used = await readUses(visit, keys)
  const title = `${verb} ${keys.length} ${isOne ? 'key' : 'keys'}`
  return page(
    <Page visit={visit} section="review" heading={title}>
      <div class="narrow">
        <Head title={title} back={{ href: visit.link('review'), label: 'Review' }} />
        <form class="form" method="post" action={visit.link('review')} data-once novalidate>
          <input type="hidden" name="action" value={action} />
          <input type="hidden" name="confirmed" value="yes" />
          {keys.map(({ id }) => (
            <input type="hidden" name="id" value={id} />
          ))}
          <p>{isOne ? one : many}</p>
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
                  <LastUse visit={visit} of={key} requests={used.get(key.id)?.requests} />
                </span>
                {isWorking(key) && (
                  <Breaks visit={visit} of={key} what={what} callers={used.get(key.id)?.callers ?? []} />
                )}
              </li>
            ))}
          </ul>
          {action === 'revoke' && isRisky(visit, keys) && (
            <Field
              name="confirm"
              label={
                <>
                  {isOne ? 'It is in use or of production. ' : 'Some are in use or of production. '}
                  Type <code>{keys.length}</code> to revoke {isOne ? 'this 1 key' : `these ${keys.length} keys`}
                </>
              }
              problems={problems}
              required
              autofocus={problems.has('confirm') ? true : undefined}
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
            <a class="button" href={visit.link('review')} autofocus={problems.size === 0 ? true : undefined}>
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

/** How much a key is used, and by whom. */
interface Use {
  /** Allowed in the last 24 hours; undefined where that is not known. */
  readonly requests: number | undefined
  readonly callers: readonly KeyCaller[]
}

// Each takes two reads.
const mostRead = 20

/** Who uses the keys that something used lately: of the first ones, as many as one page reads. */
async function readUses(visit: Visit, keys: readonly ManagedKey[]): Promise<ReadonlyMap<string, Use>> {
  const busy = keys.filter((key) => isUsedWithin(key, 30, visit.now)).slice(0, mostRead)
  const uses = await Promise.all(
    busy.map(async ({ id }): Promise<[string, Use]> => {
      const [requests, callers] = await Promise.all([allowedOfLastDay(visit, id), readCallers(visit, id)])
      return [id, { requests, callers: known(callers) }]
    }),
  )
  return new Map(uses)
}

const LastUse: FC<{ readonly visit: Visit; readonly of: ManagedKey; readonly requests: number | undefined }> = ({
  visit: { format },
  of: { lastUsedAt },
  requests = 0,
}) =>
  lastUsedAt === null ? (
    <>never used</>
  ) : (
    <>
      last used <Time at={lastUsedAt} format={format} />
      {requests > 0 && `, ${format.number(requests)} ${requests === 1 ? 'request' : 'requests'} in 24 hours`}
    </>
  )

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
            ? `Requests with ${count === 1 ? 'this key' : 'these keys'} now get 401.`
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
