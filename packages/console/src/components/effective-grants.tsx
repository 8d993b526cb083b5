import type { ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { covers, wildcardFor } from '../forms/covers.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Icon } from './icon.tsx'

interface EffectiveProps {
  readonly visit: Visit
  readonly of: ManagedKey
  readonly effective: readonly string[] | 'notSupported' | 'unavailable' | undefined
  readonly owner: string
}

/** What a key was granted, and what of it works now: its owner may hold less. */
export const EffectiveGrants: FC<EffectiveProps> = ({ visit, of: key, effective, owner }) => {
  const names = declaredFor(visit, key.permissions)
  if (key.permissions.length === 0) return <p class="inner muted">This key may do nothing.</p>
  const isKnown = Array.isArray(effective)
  // Without a wildcard each permission is granted by its own name: a column of those says nothing.
  const isWild = key.permissions.some((name) => name.includes('*'))
  const works = (name: string): boolean => isKnown && effective.includes(name)
  const idle = isKnown && effective.length > 0 ? names.filter((name) => !works(name)) : []
  return (
    <>
      <table class="table">
        <caption class="hidden">Permissions of this key</caption>
        <thead>
          <tr>
            <th scope="col">Permission</th>
            {isWild && <th scope="col">Granted by</th>}
            <th scope="col">Works now</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr>
              <td>
                <code>{name}</code>
                <span class="help"> {visit.settings.permissionLabels.get(name) ?? ''}</span>
              </td>
              {isWild && (
                <td class="muted">
                  <code>{key.permissions.includes(name) ? name : wildcardFor(key.permissions, name)}</code>
                </td>
              )}
              <td>
                {!isKnown ? (
                  <span class="muted">Unknown</span>
                ) : works(name) ? (
                  <span class="badge ok">Yes</span>
                ) : (
                  <span class="badge stop">No</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {idle.length > 0 && (
        <p class="inner help">
          <Icon name="info" /> <bdi>{owner}</bdi> does not hold {idle.join(', ')} any more, so this key cannot use{' '}
          {idle.length === 1 ? 'it' : 'them'} either.
        </p>
      )}
    </>
  )
}

function declaredFor({ keys }: Visit, granted: readonly string[]): readonly string[] {
  const { declared } = keys.grantable()
  const covered = declared.filter((name) => covers(granted, name))
  const unknown = granted.filter((name) => !name.includes('*') && !declared.includes(name))
  return [...covered, ...unknown]
}
