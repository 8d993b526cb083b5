import type { ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'

interface SeveralKeysProps {
  readonly keys: readonly ManagedKey[]
  /** Where the choice of a key leads. */
  readonly href: (id: string) => string
}

const mostListed = 6

/** Keys that a text fits, to choose from. */
export const SeveralKeys: FC<SeveralKeysProps> = ({ keys, href }) =>
  keys.length > mostListed ? (
    <p>Many keys fit. Write more of the name, or give the last 4 characters.</p>
  ) : (
    <>
      <p>{keys.length === 1 ? 'One key fits:' : 'Several keys fit. Choose one:'}</p>
      <ul class="plain">
        {keys.map((key) => (
          <li>
            <a href={href(key.id)}>
              <bdi>{key.name}</bdi>
            </a>{' '}
            <code class="muted">{key.hint}</code>
          </li>
        ))}
      </ul>
    </>
  )
