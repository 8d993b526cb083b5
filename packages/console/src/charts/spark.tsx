import type { UsageSeriesPoint } from '@claviger/core'
import type { FC } from 'hono/jsx'

/** The last 30 days of one key as small bars: allowed below, denied on top. Beside it stands what it says. */
export const Spark: FC<{ readonly series: readonly UsageSeriesPoint[]; readonly label: string }> = ({
  series,
  label,
}) => {
  const days = series.slice(-30)
  const most = Math.max(1, ...days.map(({ requests }) => requests))
  const height = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * 23)))
  return (
    <svg class="spark" viewBox="0 0 96 24" role="img" aria-label={label}>
      {days.map(({ allowed, denied }, index) => {
        const x = Math.round(index * 32) / 10
        const [low, high] = [height(allowed), height(denied)]
        const tall = Math.min(low + high, 24)
        return (
          <>
            {tall === 0 && <rect class="base" x={x} y={23} width={2.2} height={1} />}
            {low > 0 && (
              <rect class="c1" x={x} y={24 - Math.min(low, tall)} width={2.2} height={Math.min(low, tall)} rx={0.8} />
            )}
            {high > 0 && <rect class="c2" x={x} y={24 - tall} width={2.2} height={Math.max(1, tall - low)} />}
          </>
        )
      })}
    </svg>
  )
}
