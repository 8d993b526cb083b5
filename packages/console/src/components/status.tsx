import type { Attention, KeyStatus, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'

/** How statuses are written. */
export const statusLabels: Readonly<Record<KeyStatus, string>> = {
  active: 'Active',
  rotating: 'Rotating',
  disabled: 'Disabled',
  expired: 'Expired',
  revoked: 'Revoked',
}
const statusTones: Readonly<Record<KeyStatus, string>> = {
  active: 'ok',
  rotating: 'info',
  disabled: 'due',
  expired: 'stop',
  revoked: 'stop',
}

/** How reasons for a look are written. */
export const attentionLabels: Readonly<Record<Attention, string>> = {
  ownerGone: 'Owner left',
  expiring: 'Expiring',
  rotationDue: 'Rotation due',
  unused: 'Unused',
  neverUsed: 'Never used',
}

/** The status of a key, and why it needs a look. */
export const Status: FC<{ readonly of: Pick<ManagedKey, 'status' | 'attention'>; readonly only?: number }> = ({
  of: { status, attention },
  only = 9,
}) => (
  <div class="badges">
    {/* A key whose owner left is refused: that it would be active says nothing. */}
    {!(attention.includes('ownerGone') && (status === 'active' || status === 'rotating')) && (
      <span class={`badge ${statusTones[status]}`}>{statusLabels[status]}</span>
    )}
    {attention.slice(0, only).map((reason, index) => (
      <span
        class={`badge ${reason === 'ownerGone' ? 'stop' : 'due'}`}
        title={
          index === only - 1
            ? attention
                .slice(only)
                .map((one) => attentionLabels[one])
                .join(', ') || undefined
            : undefined
        }
      >
        {attentionLabels[reason]}
        {index === only - 1 && attention.length > only && `, ${attention.length - only} more`}
      </span>
    ))}
  </div>
)
