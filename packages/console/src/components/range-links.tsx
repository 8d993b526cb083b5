import type { FC } from 'hono/jsx'
import { type Range, ranges } from '../reading/ranges.ts'

/** The spans of time that a chart can show. */
export const RangeLinks: FC<{ readonly current: Range }> = ({ current }) => (
  <nav class="segments" aria-label="Time range">
    {ranges.map(({ name, label }) => (
      <a href={`?range=${name}`} aria-current={name === current.name ? 'true' : undefined}>
        {label}
      </a>
    ))}
  </nav>
)
