import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'

interface FormerNameProps {
  readonly visit: Visit
  /** As it may stand in a URL: no token. */
  readonly text: string
}

/** Where to look for a key by a name that it does not have any more: only the log knows those. */
export const FormerName: FC<FormerNameProps> = ({ visit: { can, link }, text }) =>
  can.viewActivity ? (
    <p class="small">
      Names that keys had before are not looked for here.{' '}
      <a href={link(`activity?key=${encodeURIComponent(text)}`)}>Look for renamed keys in the log</a>
    </p>
  ) : null
