import type { FC } from 'hono/jsx'
import type { Explained } from '../reading/explained.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Banner } from './banner.tsx'
import { Icon } from './icon.tsx'
import { Reasons } from './reasons.tsx'
import { Time } from './time.tsx'
import { troubleshootPath } from './troubleshoot-path.ts'

/** What is wrong with a key, check by check, and what to do. */
export const DiagnosisResult: FC<{ readonly visit: Visit; readonly of: Explained }> = ({ visit, of }) => {
  const { diagnosis, owner, deed, totals, key, replaced, beginsLike } = of
  const { ok, code, checks } = diagnosis
  const { format, link, now } = visit
  const words = (text: string): string =>
    readable(owner === undefined ? text : text.replace(owner.raw, owner.name), visit)
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
        {replaced !== undefined && (
          <Banner tone="info">
            <code>&hellip;{replaced.hint.slice(-4)}</code> is its previous secret,{' '}
            {replaced.endsAt !== null && replaced.endsAt.getTime() > now ? (
              <>
                which stops <Time at={replaced.endsAt} format={format} />. The checks below are about the key.
              </>
            ) : (
              'which does not work any more: requests with it get 401. The checks below are about the current one.'
            )}
          </Banner>
        )}
        <Verdict visit={visit} of={of} words={words} />
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
        {deed !== undefined && (
          <p class="small">
            <bdi>{deed.who}</bdi> did it{deed.why !== undefined && ': '}
            {deed.why !== undefined && <bdi>{deed.why}</bdi>}
          </p>
        )}
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
  visit: { format },
  of: {
    diagnosis: { ok, fix },
    open,
    totals,
  },
  words,
}) => {
  const isDenied = ok && totals !== undefined && totals.denied > 0
  return (
    <Banner tone={!ok ? 'bad' : isDenied ? 'warning' : 'good'} live>
      <strong>
        {!ok
          ? 'Requests with this key are refused.'
          : isDenied
            ? `The key itself is good, but ${format.percent(totals.deniedRate)} of its requests in 30 days were denied.`
            : 'The key itself is good.'}
      </strong>
      {ok && open.length > 0 && <div>Not checked: {listed.format(open)}. Fill it in to check it too.</div>}
      {ok && open.length === 0 && <div>A request to such a route is accepted.</div>}
      {fix !== null && <div>{words(fix)}</div>}
    </Banner>
  )
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
