import type { FC } from 'hono/jsx'
import type { NamedOwner } from '../reading/owners-named.ts'
import type { Visit } from '../visit/visit.types.ts'

/** Leads from the name of an owner to their keys. */
export const OwnersNamed: FC<{ readonly visit: Visit; readonly of: readonly NamedOwner[] }> = ({
  visit,
  of: owners,
}) =>
  owners.length === 0 ? null : (
    <span>
      It is in the name of {owners.length === 1 ? 'an owner' : 'owners'}: see the keys of{' '}
      {owners.map(({ id, name }, index) => (
        <>
          {index > 0 && ', '}
          <a href={visit.link(`?owner=${encodeURIComponent(id)}`)}>
            <bdi>{name}</bdi>
          </a>
        </>
      ))}
      .
    </span>
  )
