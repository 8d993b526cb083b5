import type { FC } from 'hono/jsx'
import type { Explained } from '../reading/explained.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Banner } from './banner.tsx'
import { refusedSince } from '../reading/callers-by-secret.ts'
import { Callers, CallersOfStopped } from './callers.tsx'
import { Done } from './key-state.tsx'
import { lastSeen, stoppedText, wasTried } from './last-used.tsx'
import { Icon } from './icon.tsx'
import { Reasons } from './reasons.tsx'
import { troubleshootPath } from './troubleshoot-path.ts'

const steps = {
  passed: { icon: 'check', label: 'Passed', style: undefined },
  failed: { icon: 'cross', label: 'Failed', style: 'no' },
  open: { icon: 'info', label: 'Not checked', style: 'open' },
} as const

/** What is wrong with a key, check by check, and what to do. */
export const DiagnosisResult: FC<{ readonly visit: Visit; readonly of: Explained }> = ({ visit, of }) => {
  const { diagnosis, owner, totals, key, unchecked, beginsLike } = of
  const { ok, code, checks } = diagnosis
  const { link } = visit
  const words = (text: string): string =>
    readable(owner === undefined ? text : text.replace(owner.raw, () => owner.name), visit)
  return (
    <>
      <div class="inner stack">
        {key !== undefined && (
          <p>
            <a class="title" href={link(`keys/${key.id}`)}>
              <bdi>{key.name}</bdi>
            </a>{' '}
            <code class="muted">{key.hint}</code>
          </p>
        )}
        {beginsLike !== undefined && (
          <Banner tone="info">
            {beginsLike === null ? (
              'No key that you can see begins like it.'
            ) : (
              <>
                It begins like{' '}
                <a href={link(`keys/${beginsLike.id}`)}>
                  <bdi>{beginsLike.name}</bdi>
                </a>{' '}
                <code>{beginsLike.hint}</code>.
              </>
            )}
          </Banner>
        )}
        <Verdict visit={visit} of={of} words={words} />
        <ol class="steps">
          {checks.map(({ check, ok: passed, detail }) => {
            const kind = unchecked.checks.includes(check) ? 'open' : passed ? 'passed' : 'failed'
            return (
              <li class={steps[kind].style}>
                <Icon name={steps[kind].icon} />
                <span>
                  <span class={kind === 'open' ? undefined : 'hidden'}>{steps[kind].label}: </span>
                  {check === 'revoked' && !passed && key?.revokedAt
                    ? `It was revoked at ${visit.format.exact(key.revokedAt)}.`
                    : words(detail)}
                </span>
              </li>
            )
          })}
        </ol>
        <Past visit={visit} of={of} />
        <WhoCalls visit={visit} of={of} />
        <Ways visit={visit} of={of} />
        {!ok && (
          <p class="help">
            Code <code>{code}</code>
          </p>
        )}
      </div>
      {totals !== undefined && totals.denied > 0 && key !== undefined && (
        <>
          <header>
            <div>
              <h2>What it was denied for, 30 days</h2>
              <p class="help">Counted when it happened. The checks above say how it is now.</p>
            </div>
          </header>
          <Reasons visit={visit} of={totals} link={(lacked) => link(troubleshootPath(key.id, lacked))} />
        </>
      )}
    </>
  )
}

const Verdict: FC<{ readonly visit: Visit; readonly of: Explained; readonly words: (text: string) => string }> = ({
  visit,
  of,
  words,
}) => {
  const {
    diagnosis: { ok, fix },
    unchecked: { what, isRestricted },
    totals,
    replaced,
  } = of
  const isDenied = ok && totals !== undefined && totals.denied > 0
  const isDoubtful = isDenied || replaced !== undefined
  return (
    <Banner tone={!ok ? 'bad' : isDoubtful ? 'warning' : isRestricted ? 'info' : 'good'} live>
      <strong>{ok ? passedText(visit, of) : <Headline visit={visit} of={of} />}</strong>
      {isSwitchedOff(of) && <div>Requests with this key are refused.</div>}
      {ok && what.length > 0 && (
        <div>
          Not checked: {listed.format(what)}.{' '}
          {what.length === 1 ? 'Fill it in to check it too.' : 'Fill them in to check them too.'}
        </div>
      )}
      {ok && what.length === 0 && <div>A request to such a route is accepted.</div>}
      {fix !== null && <div>{of.diagnosis.code === 'key_disabled' ? enableText(of) : words(fix)}</div>}
    </Banner>
  )
}

/** Whether somebody or a day ended the key: then that is the headline. */
function isSwitchedOff({ diagnosis: { code }, key }: Explained): boolean {
  return key !== undefined && (code === 'key_disabled' || code === 'key_revoked' || code === 'key_expired')
}

/** Why a request is refused, in a line: who ended the key and why, or which requests are refused. */
const Headline: FC<{ readonly visit: Visit; readonly of: Explained }> = ({ visit, of }) => {
  const { diagnosis, key, deed } = of
  const { format } = visit
  if (key === undefined || !isSwitchedOff(of)) return <>{failedText(visit, of)}</>
  if (diagnosis.code === 'key_expired')
    return <Done what="Expired" at={key.expiresAt} by={undefined} why={undefined} format={format} />
  return diagnosis.code === 'key_disabled' ? (
    <Done what="Disabled" at={key.disabledAt} by={deed} why={deed?.why} format={format} />
  ) : (
    <Done
      what="Revoked"
      at={key.revokedAt}
      by={deed}
      why={deed?.why ?? key.revokedReason ?? undefined}
      format={format}
    />
  )
}

/** What to think of before a key is enabled. */
function enableText({ deed }: Explained): string {
  return deed?.why === undefined
    ? 'Find out why it was disabled before you enable it.'
    : 'Enable it only if this reason does not hold any more.'
}

/** That requests lacked a permission which key and owner hold by now. */
const Past: FC<{ readonly visit: Visit; readonly of: Explained }> = ({ visit: { format }, of }) => {
  const { lacked, question, diagnosis } = of
  const holds = diagnosis.checks.some(({ check, ok }) => check === 'permission' && ok)
  if (lacked === undefined || !holds) return null
  const { month, day } = lacked
  return (
    <p class="small">
      In the last 30 days {format.number(month)} {month === 1 ? 'request was' : 'requests were'} denied for{' '}
      <code>{question.permission}</code>
      {day !== undefined && `, ${day === 0 ? 'none' : format.number(day)} of them in the last 24 hours`}. Key or owner
      did not hold it then; both hold it now.
    </p>
  )
}

/** Who sends the requests that are refused; of a key or a secret that stopped, who tried it since and who used it before. */
const WhoCalls: FC<{ readonly visit: Visit; readonly of: Explained }> = ({ visit, of }) => {
  const { diagnosis, key, replaced, callers } = of
  const isOfSecret = replaced !== undefined || diagnosis.code === 'key_rotated'
  if (diagnosis.ok && !isOfSecret) return null
  const secret = isOfSecret ? (replaced ?? key?.secrets[1]) : undefined
  const secretEnd = secret?.endsAt && secret.endsAt.getTime() <= visit.now ? secret.endsAt : undefined
  const since = secretEnd ?? (key === undefined ? undefined : refusedSince(key))
  if (since === undefined) {
    return (
      <Callers
        visit={visit}
        label={isOfSecret ? 'Who calls with this secret' : 'Who calls with this key'}
        of={callers}
      />
    )
  }
  const isQuiet = key !== undefined && !isOfSecret && !wasTried(key, lastSeen(key, callers))
  return (
    <>
      {isQuiet && <p class="small muted">Nothing has tried it since {stoppedText(key)}.</p>}
      <CallersOfStopped visit={visit} of={callers} since={since} />
    </>
  )
}

function failedText({ format }: Visit, { diagnosis: { code }, question, replaced, key }: Explained): string {
  const { address, permission, environment } = question
  if (code === 'address_not_allowed') return `Requests from ${address} are refused.`
  if (code === 'insufficient_permission' || code === 'owner_lacks_permission') {
    return `Requests to routes that need ${permission} are refused.`
  }
  if (code === 'wrong_environment') return `Requests to routes that need ${environment} are refused.`
  if (code === 'resource_not_allowed') return 'Requests to routes about this resource are refused.'
  if (code === 'key_rotated') {
    const secret = replaced ?? key?.secrets[1]
    const since = secret?.endsAt
    return `Requests with the secret that ends in ${secret?.hint.slice(-4) ?? '?'} are refused${since ? ` since ${format.exact(since)}` : ''}.`
  }
  return 'Requests with this key are refused.'
}

function passedText({ format }: Visit, { unchecked, totals, replaced }: Explained): string {
  if (replaced?.endsAt) {
    return `The previous secret, which ends in ${replaced.hint.slice(-4)}, works until ${format.exact(replaced.endsAt)}.`
  }
  if (totals !== undefined && totals.denied > 0) {
    return `The key itself is good, but ${format.percent(totals.deniedRate)} of its requests in 30 days were denied.`
  }
  return unchecked.isRestricted ? 'The key works, but not for every request.' : 'The key itself is good.'
}

const listed = new Intl.ListFormat('en')

/** What can be done about it, as far as this visitor may. */
const Ways: FC<{ readonly visit: Visit; readonly of: Explained }> = ({ visit, of: { diagnosis, key } }) => {
  if (key === undefined) return null
  const { can, link } = visit
  const { id } = key
  const ways: Readonly<Record<string, readonly [label: string, path: string, may: boolean]>> = {
    key_disabled: ['Enable the key', `keys/${id}/enable`, can.update],
    owner_gone: ['Transfer the key', `keys/${id}/transfer`, can.update],
    insufficient_permission: ['Edit its permissions', `keys/${id}/edit`, can.update],
    resource_not_allowed: ['Edit what it reaches', `keys/${id}/edit`, can.update],
    address_not_allowed: ['Edit its addresses', `keys/${id}/edit`, can.update],
    key_revoked: ['Create a replacement', `keys/new?like=${id}`, can.create],
    key_expired: ['Create a replacement', `keys/new?like=${id}`, can.create],
  }
  const way = ways[diagnosis.code]
  return (
    <div class="buttons">
      {way !== undefined && way[2] && (
        <a class="button" href={link(way[1])}>
          {way[0]}
        </a>
      )}
      <a class="button" href={link(`keys/${id}`)}>
        Open the key
      </a>
    </div>
  )
}

/** Instants as people read them. */
function readable(text: string, { format }: Visit): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) => format.exact(new Date(instant)))
}
