import type { ManagedKey } from '@claviger/core'
import type { Child, FC } from 'hono/jsx'
import { daysOf } from '../forms/expiry.ts'
import type { Replaced } from '../reading/namesakes.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Time } from './time.tsx'

interface ManyProps {
  readonly visit: Visit
  readonly of: readonly ManagedKey[]
}

const mostShown = 3

/** Keys by what the list shows of their tokens, as links. */
export const KeyLinks: FC<ManyProps> = ({ visit: { link }, of: keys }) => (
  <>
    {keys.slice(0, mostShown).map(({ id, hint }, index) => (
      <>
        {index > 0 && ', '}
        <a href={link(`keys/${id}`)}>
          <code>{hint}</code>
        </a>
      </>
    ))}
    {keys.length > mostShown && ` and ${keys.length - mostShown} more`}
  </>
)

/** Says that a key may have been replaced already; nothing where no newer key has its name. */
export const Newer: FC<ManyProps> = ({ visit, of: newer }) =>
  newer.length === 0 ? null : (
    <>
      {newer.length === 1 ? 'A newer key has this name' : `${newer.length} newer keys have this name`}, so it may be
      replaced already: <KeyLinks visit={visit} of={newer} />.{' '}
    </>
  )

/** What the form for a replacement is about. */
export const ReplacesLine: FC<{ readonly visit: Visit; readonly of: Replaced }> = ({ visit, of: { key, newer } }) => (
  <>
    Replaces <KeyLinks visit={visit} of={[key]} />, <HowItIs visit={visit} of={key} />.{' '}
    <Newer visit={visit} of={newer} />
    The new key has a token of its own: give it to what used the old one.
  </>
)

const HowItIs: FC<{ readonly visit: Visit; readonly of: ManagedKey }> = ({
  visit: { format },
  of: { status, revokedAt, expiresAt },
}) => {
  if (status === 'revoked') {
    return (
      <>
        revoked <Time at={revokedAt} format={format} />
      </>
    )
  }
  if (status === 'expired') {
    return (
      <>
        expired <Time at={expiresAt} format={format} />
      </>
    )
  }
  return <>which goes on working until you revoke it</>
}

/** Why the form for a replacement opens with its end. */
export function expiryNote({ settings: { create }, format, now }: Visit, key: ManagedKey): Child {
  const { expiresAt } = key
  if (expiresAt === null) {
    return create.neverExpires
      ? 'Like the key that it replaces: it never expires.'
      : 'The key that it replaces never expired. Keys made here must end.'
  }
  const days = daysOf(key, create.expiresInDays)
  if (days !== undefined) return `Like the key that it replaces: made for ${format.number(days)} days.`
  return expiresAt.getTime() > now
    ? `Like the key that it replaces: until ${format.day(expiresAt)}.`
    : `The key that it replaces ended ${format.day(expiresAt)}.`
}
