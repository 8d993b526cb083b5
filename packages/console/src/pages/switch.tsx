import { Banner } from '../components/banner.tsx'
import { Breaks, Evidence } from '../components/evidence.tsx'
import { Done, lastDeed } from '../components/key-state.tsx'
import { Field } from '../components/fields.tsx'
import { OldCallers } from '../components/old-secret-callers.tsx'
import { attempt } from '../reading/attempt.ts'
import { readNames, whoIn } from '../reading/names.ts'
import { known, readCallers } from '../reading/callers.ts'
import { callersOfOld } from '../reading/callers-by-secret.ts'
import { allowedOfLastDay, usageOfKeys } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { AskPage } from './ask.tsx'
import { required } from './required.ts'

const none = new Map<string, string>()

/** Asks before a key is disabled. */
export async function showDisable(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'revoke')
  const [key, requests, callers] = await Promise.all([
    visit.keys.get(id),
    allowedOfLastDay(visit, id),
    readCallers(visit, id),
  ])
  return page(
    <AskPage visit={visit} of={key} verb="Disable" path="disable" submit="Disable key">
      <Evidence visit={visit} of={key} requests={requests} />
      <Breaks visit={visit} of={key} what="Disabling it" callers={known(callers)} />
      <p>Requests with this key get 401 until you enable it again. Nothing is deleted.</p>
      <Field name="reason" label="Reason" problems={none} maxlength={500} placeholder="For the activity log" />
    </AskPage>,
  )
}

/** Disables a key. */
export async function disable(visit: Visit, { id, form }: Asked): Promise<Answer> {
  await visit.keys.disable(id, { reason: form.text('reason') || null })
  return redirect(`keys/${encodeURIComponent(id)}?notice=disabled`)
}

/** Asks before a key is enabled. */
export async function showEnable(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'update')
  const [key, activity] = await Promise.all([
    visit.keys.get(id),
    visit.can.viewActivity
      ? attempt(visit, 'activity', () => visit.keys.activity({ keyId: id, limit: 20 }))
      : undefined,
  ])
  const entries = typeof activity === 'object' ? activity.items : []
  const deed = key.status === 'disabled' ? lastDeed(key, entries, await readNames(visit, whoIn(entries))) : undefined
  return page(
    <AskPage visit={visit} of={key} verb="Enable" path="enable" submit="Enable key">
      {key.status === 'disabled' && (
        <Banner tone="warning">
          <Done what="Disabled" at={key.disabledAt} by={deed} why={deed?.why} format={visit.format} />
          {deed?.why === undefined
            ? 'Find out why before you enable it.'
            : 'Enable it only if this reason does not hold any more.'}
        </Banner>
      )}
      <p>Requests with this key are accepted again, within a second or two.</p>
    </AskPage>,
  )
}

/** Enables a key. */
export async function enable(visit: Visit, { id }: Asked): Promise<Answer> {
  await visit.keys.enable(id)
  return redirect(`keys/${encodeURIComponent(id)}?notice=enabled`)
}

/** Asks before the previous secret stops. */
export async function showEndOverlap(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'rotate')
  const [key, usages, callers] = await Promise.all([
    visit.keys.get(id),
    usageOfKeys(visit, [id]),
    readCallers(visit, id),
  ])
  const [, old] = key.secrets
  const usage = usages.get(id)
  const share = typeof usage === 'object' ? usage.previousSecretShare : null
  return page(
    <AskPage
      visit={visit}
      of={{ ...key, hint: old?.hint ?? key.hint }}
      verb="Stop the old secret of"
      path="end-overlap"
      submit="Stop old secret"
      tone="final"
    >
      {share !== null && (
        <Banner tone={share > 0 ? 'warning' : 'good'}>
          {share > 0
            ? `${visit.format.percent(share)} of requests since the rotation still used the old secret.`
            : 'No request since the rotation used the old secret.'}
        </Banner>
      )}
      {old !== undefined && (
        <div class="field">
          <OldCallers visit={visit} of={callersOfOld(key, old, known(callers), visit.now)} isAboutToStop />
        </div>
      )}
      <p>
        Anything that still uses the previous secret
        {old !== undefined && (
          <>
            {' '}
            (<code>&hellip;{old.hint.slice(-4)}</code>)
          </>
        )}{' '}
        gets 401 immediately. The new secret
        {old !== undefined && (
          <>
            {' '}
            (<code>&hellip;{key.hint.slice(-4)}</code>)
          </>
        )}{' '}
        goes on working.
      </p>
    </AskPage>,
  )
}

/** Ends an overlap. */
export async function endOverlap(visit: Visit, { id }: Asked): Promise<Answer> {
  await visit.keys.endOverlap(id)
  return redirect(`keys/${encodeURIComponent(id)}?notice=overlap-ended`)
}
