import type { Child, FC } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

interface BannerProps {
  readonly tone?: 'info' | 'good' | 'warning' | 'bad'
  /** Whether screen readers are told at once: for what follows from something that the user did. */
  readonly live?: boolean
  readonly id?: string
  readonly children?: Child
}

/** What happened, or what to know before going on. Stays until the page is left. */
export const Banner: FC<BannerProps> = ({ tone = 'info', live = false, id, children }) => (
  <div
    class={`banner ${tone}`}
    role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}
    id={id}
    tabindex={id === undefined ? undefined : -1}
  >
    <Icon name={icons[tone]} />
    <div>{children}</div>
  </div>
)

const icons: Readonly<Record<NonNullable<BannerProps['tone']>, IconName>> = {
  info: 'info',
  good: 'check',
  warning: 'alert',
  bad: 'cross',
}
