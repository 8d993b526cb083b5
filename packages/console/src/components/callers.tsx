import type { KeyCaller } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { networkWords } from '../format/network-words.ts'
import { areStillThere } from '../reading/callers-by-secret.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Time } from './time.tsx'

interface CallersProps {
  readonly visit: Visit
  /** What is said of them, as in "Used by". */
  readonly label: string
  readonly of: readonly KeyCaller[]
  /** Whether something is to be done about them. */
  readonly isWarning?: boolean
  /** Whether all of them are behind the label, for those who want to know. */
  readonly isFolded?: boolean
}

const mostShown = 3

/** Who used a secret: program, network, and when last. The first are shown, the others opened. Nothing without any. */
export const Callers: FC<CallersProps> = ({ visit, label, of: callers, isWarning = false, isFolded = false }) => {
  if (callers.length === 0) return null
  if (isFolded) return <Folded visit={visit} label={`${label} (${visit.format.number(callers.length)})`} of={callers} />
  const rest = callers.slice(mostShown)
  return (
    <div class="callers">
      <p class={isWarning ? 'small warn' : 'small muted'}>{label}</p>
      <Rows visit={visit} of={callers.slice(0, mostShown)} />
      {rest.length > 0 && <Folded visit={visit} label={`Show ${visit.format.number(rest.length)} more`} of={rest} />}
    </div>
  )
}

const Folded: FC<Pick<CallersProps, 'visit' | 'label' | 'of'>> = ({ visit, label, of: callers }) => (
  <details class="callers disclosure bare">
    <summary>{label}</summary>
    <Rows visit={visit} of={callers} />
  </details>
)

const Rows: FC<Pick<CallersProps, 'visit' | 'of'>> = ({ visit, of: callers }) => (
  <ul>
    {callers.map(({ agent, network, lastUsedAt }) => (
      <li>
        <span>
          {agent === null ? <span class="muted">No program named</span> : <bdi translate="no">{agent}</bdi>}{' '}
          {network === null ? (
            <span class="muted">address not known</span>
          ) : (
            <code class="muted" translate="no" title={networkWords(network)}>
              {network}
            </code>
          )}
        </span>
        <span class="small muted">
          <Time at={lastUsedAt} format={visit.format} />
        </span>
      </li>
    ))}
  </ul>
)

/** Who tried a secret after it stopped. */
export const RefusedCallers: FC<Pick<CallersProps, 'visit' | 'of'>> = ({ visit, of: callers }) => {
  const areHere = areStillThere(callers, visit.now)
  return (
    <Callers
      visit={visit}
      label={areHere ? 'Still trying it' : 'Tried it after it stopped'}
      of={callers}
      isWarning={areHere}
    />
  )
}

/** Of what has stopped: who tried it since then, and who used it before. */
export const CallersOfStopped: FC<Pick<CallersProps, 'visit' | 'of'> & { readonly since: Date }> = ({
  visit,
  of: callers,
  since,
}) => (
  <>
    <RefusedCallers visit={visit} of={callers.filter(({ lastUsedAt }) => lastUsedAt >= since)} />
    <Callers
      visit={visit}
      label="Used it before"
      of={callers.filter(({ lastUsedAt }) => lastUsedAt < since)}
      isFolded
    />
  </>
)

/** What a network stands for, where one is shown. */
export const NetworksNote: FC<{ readonly of: readonly KeyCaller[] }> = ({ of: callers }) => {
  const network = callers.map((caller) => caller.network ?? '').find((text) => networkWords(text) !== undefined)
  if (network === undefined) return null
  return (
    <p class="help">
      <code translate="no">{network}</code> stands for the addresses {networkWords(network)}. Whole addresses are not
      kept.
    </p>
  )
}
