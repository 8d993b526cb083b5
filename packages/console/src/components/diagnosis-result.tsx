import type { FC } from 'hono/jsx'
import type { Explained } from '../reading/explained.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Banner } from './banner.tsx'
import { Callers } from './callers.tsx'
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
  const { diagnosis, owner, deed, totals, key, unchecked, beginsLike, replaced, callers } = of
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
                  {words(detail)}
                </span>
              </li>
            )
          })}
        </ol>
        {deed !== undefined && (
          <p class="small">
            <bdi>{deed.who}</bdi> did it{deed.why !== undefined && ': '}
            {deed.why !== undefined && <bdi>{deed.why}</bdi>}
          </p>
        )}
        <Callers visit={visit} label={callersLabel(code, replaced !== undefined)} of={callers} />
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
            <h2>What it was denied for, 30 days</h2>
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
      <strong>{ok ? passedText(visit, of) : failedText(visit, of)}</strong>
      {ok && what.length > 0 && <div>Not checked: {listed.format(what)}. Fill it in to check it too.</div>}
      {ok && what.length === 0 && <div>A request to such a route is accepted.</div>}
      {fix !== null && <div>{words(fix)}</div>}
    </Banner>
  )
}

/** What the callers do that are shown: a secret that was replaced is meant, or the whole key. */
function callersLabel(code: string, isOfSecret: boolean): string {
  return isOfSecret || code === 'key_rotated' ? 'Who calls with this secret' : 'Who calls with this key'
}

function failedText({ format }: Visit, { diagnosis: { code }, address, replaced, key }: Explained): string {
  if (code === 'address_not_allowed') return `Requests from ${address} are refused.`
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
