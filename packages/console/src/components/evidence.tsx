import type { KeyCaller, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { callersNow } from '../reading/callers-by-secret.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Banner } from './banner.tsx'
import { Callers } from './callers.tsx'
import { Time } from './time.tsx'

const dayMs = 86_400_000

/** Whether a key was used within the last days. */
export function isUsedWithin({ lastUsedAt }: Pick<ManagedKey, 'lastUsedAt'>, days: number, now: number): boolean {
  return lastUsedAt !== null && now - lastUsedAt.getTime() < days * dayMs
}

/** Whether requests with a key pass now. */
export function isWorking({ status }: Pick<ManagedKey, 'status'>): boolean {
  return status === 'active' || status === 'rotating'
}

/** What stops when a key stops: when it was last used, and how much. */
export const Evidence: FC<{
  readonly visit: Visit
  readonly of: ManagedKey
  /** Allowed in the last 24 hours; undefined where that is not known. */
  readonly requests: number | undefined
}> = ({ visit, of: key, requests = 0 }) => {
  const { format, now } = visit
  if (key.lastUsedAt === null) return <Banner tone="good">It was never used. Nothing stops.</Banner>
  const isBusy = isUsedWithin(key, 7, now)
  return (
    <Banner tone={isBusy ? 'warning' : 'info'}>
      Last used{' '}
      <strong>
        <Time at={key.lastUsedAt} format={format} />
      </strong>
      .
      {requests > 0 &&
        ` ${format.number(requests)} ${requests === 1 ? 'request' : 'requests'} passed in the last 24 hours.`}
      {!isBusy && ' Probably nothing stops.'}
    </Banner>
  )
}

/** Who gets 401 when the secrets of a key stop; nothing where that is not known. */
export const Breaks: FC<{
  readonly visit: Visit
  readonly of: ManagedKey
  /** What breaks them, as in "Revoking". */
  readonly what: string
  readonly callers: readonly KeyCaller[]
}> = ({ visit, of: key, what, callers }) => {
  const stopped = callersNow(key, callers, visit.now)
  const many = stopped.length === 1 ? 'this caller' : `these ${visit.format.number(stopped.length)} callers`
  return <Callers visit={visit} label={`${what} breaks ${many}`} of={stopped} />
}
