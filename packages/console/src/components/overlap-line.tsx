import type { ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { UsageFound } from '../reading/usage-of-keys.ts'
import type { Visit } from '../visit/visit.types.ts'

/** While two secrets work: how much still comes with the old one, and until when it can. */
export const OverlapLine: FC<{
  readonly visit: Visit
  readonly of: ManagedKey
  readonly usage: UsageFound | undefined
}> = ({ visit: { format }, of: { status, secrets }, usage }) => {
  const endsAt = status === 'rotating' ? (secrets[1]?.endsAt ?? null) : null
  if (endsAt === null) return null
  const share = typeof usage === 'object' ? usage.previousSecretShare : null
  return (
    <span class="small muted" title={`It stops ${format.exact(endsAt)}`}>
      {share === null ? 'Old secret works' : `${format.percent(share)} on old secret`}
    </span>
  )
}
