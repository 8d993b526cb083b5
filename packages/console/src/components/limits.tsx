import type { LimitBy, LimitState } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { ruleWords } from '../format/limit-words.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Time } from './time.tsx'

const shared: Readonly<Record<LimitBy, string>> = {
  key: 'counts this key alone',
  owner: 'counts all keys of its owner',
  workspace: 'counts all keys of the workspace',
}

/** What is used of the limits of the API. */
export const Limits: FC<{ readonly visit: Visit; readonly of: readonly LimitState[] }> = ({ visit, of: states }) => (
  <section class="card" aria-labelledby="limits">
    <header>
      <h2 id="limits">Limits</h2>
    </header>
    <ul class="inner stack">
      {states.map((state) => (
        <li class="field">
          <div>
            <strong>
              <code translate="no">{state.name}</code>
            </strong>{' '}
            <span class="small muted">{shared[state.by]}</span>
          </div>
          <State visit={visit} of={state} />
        </li>
      ))}
    </ul>
  </section>
)

const State: FC<{ readonly visit: Visit; readonly of: LimitState }> = ({
  visit: { format },
  of: { requests, per, burst, remaining, resetsAt, note },
}) => {
  if (requests === null || per === null) return <p class="small muted">{note}</p>
  const onTop = burst === null ? '' : `, and ${ruleWords(burst.requests, burst.per, format)} on top`
  const rule = (
    <p class="small">
      {ruleWords(requests, per, format)}
      {onTop}
    </p>
  )
  if (remaining === null) {
    return (
      <>
        {rule}
        <p class="small muted">What is left cannot be read now.</p>
      </>
    )
  }
  const whole = requests + (burst?.requests ?? 0)
  // A limiter of the host's own may say anything.
  const used = Math.min(whole, Math.max(0, whole - remaining))
  return (
    <>
      {rule}
      <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="base" width="100" height="6" />
        <rect class="c1" width={Math.round((used / whole) * 1_000) / 10} height="6" />
      </svg>
      <p class="small">
        <strong class="nums">{format.number(used)}</strong> of {format.number(whole)} used
        {resetsAt !== null && (
          <>
            , resets <Time at={resetsAt} format={format} />
          </>
        )}
      </p>
    </>
  )
}
