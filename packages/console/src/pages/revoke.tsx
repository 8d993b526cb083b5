import type { ManagedKey } from '@claviger/core'
import { Breaks, Evidence, isUsedWithin, isWorking } from '../components/evidence.tsx'
import { Field, type Problems } from '../components/fields.tsx'
import { known, readCallers } from '../reading/callers.ts'
import { soughtIn } from '../reading/sought.ts'
import { allowedOfLastDay } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { AskPage } from './ask.tsx'
import { required } from './required.ts'

/** Asks before a key is revoked, with what stops then. */
export async function showRevoke(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'revoke')
  return showForm(visit, await visit.keys.get(id), new Map())
}

/** Revokes a key. */
export async function revoke(visit: Visit, { id, form }: Asked): Promise<Answer> {
  required(visit, 'revoke')
  const key = await visit.keys.get(id)
  const confirmed = form.text('confirm')
  if (needsTyping(key, visit.now) && !isConfirmed(visit, key, confirmed)) {
    const { keyring } = visit.settings
    const text =
      keyring.redact(confirmed) === confirmed
        ? 'Type the name of the key as it stands here, or its last 4 characters.'
        : 'This is another key. Type the name of this one as it stands here, or its last 4 characters.'
    return showForm(visit, key, new Map([['confirm', text]]), { status: 422, reason: form.text('reason') })
  }
  await visit.keys.revoke(id, { reason: form.text('reason') || null })
  return redirect(`keys/${encodeURIComponent(id)}?notice=revoked`)
}

/** Whether a key matters so much that its name must be typed: it is in use, or of production. */
export function needsTyping(key: Pick<ManagedKey, 'lastUsedAt' | 'environment'>, now: number): boolean {
  return key.environment === 'production' || isUsedWithin(key, 7, now)
}

/** The ending counts in any case: people read it aloud, and type it. Of a whole key its ID says which one is meant. */
function isConfirmed({ settings }: Visit, { id, name, hint }: ManagedKey, typed: string): boolean {
  return (
    typed === name.trim() ||
    typed.toLowerCase() === hint.slice(-4).toLowerCase() ||
    soughtIn(typed, settings.keyring).q === id
  )
}

interface Sent {
  readonly status: number
  readonly reason: string
}

async function showForm(visit: Visit, key: ManagedKey, problems: Problems, sent?: Sent): Promise<Answer> {
  const [requests, callers] = await Promise.all([allowedOfLastDay(visit, key.id), readCallers(visit, key.id)])
  return page(
    <AskPage
      visit={visit}
      of={key}
      verb="Revoke"
      path="revoke"
      submit="Revoke key"
      tone="final"
      isAgain={problems.size > 0}
    >
      <Evidence visit={visit} of={key} requests={requests} />
      {isWorking(key) && <Breaks visit={visit} of={key} what="Revoking it" callers={known(callers)} />}
      <p>
        Requests with this key get 401 at once, permanently: a revoked key cannot be enabled again.
        {isWorking(key) && (
          <>
            {' '}
            Not sure? <a href={visit.link(`keys/${key.id}/disable`)}>Disable it first</a>.
          </>
        )}
      </p>
      {needsTyping(key, visit.now) && (
        <Field
          name="confirm"
          label={
            <>
              Type{' '}
              <bdi>
                <code>{key.name}</code>
              </bdi>{' '}
              or <code>{key.hint.slice(-4)}</code> to revoke it
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
        value={sent?.reason}
        problems={problems}
        maxlength={500}
        placeholder="For the activity log"
      />
    </AskPage>,
    sent?.status ?? 200,
  )
}
