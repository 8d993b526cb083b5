import type { Child, FC } from 'hono/jsx'
import { Icon } from './icon.tsx'

interface HeadProps {
  readonly title: Child
  readonly back?: { readonly href: string; readonly label: string } | undefined
  /** Beside the title: badges. */
  readonly beside?: Child
  /** Below the title. */
  readonly lead?: Child
  /** Whether one button is all that can be done: it stands beside the title also where there is little room. */
  readonly isSingle?: boolean
  /** At the end of the line: what can be done. */
  readonly children?: Child
}

/** The head of a page: where it leads back to, its title, what can be done. */
export const Head: FC<HeadProps> = ({ title, back, beside, lead, isSingle = false, children }) => (
  <div class={isSingle ? 'head single' : 'head'}>
    <div>
      {back !== undefined && (
        <a class="back" href={back.href}>
          <Icon name="arrow-left" />
          {back.label}
        </a>
      )}
      <h1>{title}</h1>
      {beside}
      {lead !== undefined && <p>{lead}</p>}
    </div>
    {children !== undefined && <div class="actions">{children}</div>}
  </div>
)
