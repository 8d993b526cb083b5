import type { FC } from 'hono/jsx'
import { Icon } from './icon.tsx'

interface FoldProps {
  /** How many of the filters behind it are set. */
  readonly count: number
  readonly isOpen?: boolean
}

/** On a narrow screen opens the filters that follow it; on a wider one they are always seen, and this is not. */
export const Fold: FC<FoldProps> = ({ count, isOpen = false }) => (
  <details class="fold" open={isOpen}>
    <summary class="button">
      <Icon name="filter" />
      Filters{count > 0 && ` (${count})`}
    </summary>
  </details>
)
