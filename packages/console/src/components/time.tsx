import type { FC } from 'hono/jsx'
import type { Format } from '../format/format.ts'

interface TimeProps {
  readonly at: Date | null
  readonly format: Format
  /** What stands there without an instant. Default `Never`. */
  readonly none?: string
  /** Default: relative, with the absolute time at hand. */
  readonly as?: 'relative' | 'logged' | 'exact' | 'day'
}

/** An instant: how long ago or until then, and exactly on pointing at it. */
export const Time: FC<TimeProps> = ({ at, format, none = 'Never', as = 'relative' }) =>
  at === null ? (
    <span class="muted">{none}</span>
  ) : (
    <time datetime={at.toISOString()} title={as === 'exact' ? format.relative(at) : format.exact(at)} class="nowrap">
      {format[as](at)}
    </time>
  )

/** When something was done: how long ago, and where nothing can be pointed at the clock as well. */
export const LoggedTime: FC<{ readonly at: Date; readonly format: Format }> = ({ at, format }) => (
  <span class="two">
    <Time at={at} format={format} as="logged" />
    <span class="clock nowrap">{format.clock(at)}</span>
  </span>
)
