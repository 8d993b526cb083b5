import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'

/** Permissions in a few words: the name of a preset where they are one, else how many there are. */
export function permissionSummary(visit: Visit, permissions: readonly string[]): string {
  const { defaults, declared } = visit.keys.grantable()
  if (permissions.length === 0) return 'None'
  if (isSame(permissions, defaults)) return 'Default'
  const preset = visit.settings.presets.find((one) => isSame(permissions, one.permissions))
  if (preset !== undefined) return preset.label
  if (permissions.includes('*:*') || isSame(permissions, declared)) return 'All'
  const [only] = permissions
  if (permissions.length === 1 && only !== undefined) return only
  const wild = permissions.filter((name) => name.includes('*'))
  if (wild.length > 0)
    return permissions.length > 3 ? `${permissions.slice(0, 2).join(', ')} and more` : permissions.join(', ')
  return `${visit.format.number(permissions.length)} permissions`
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one))
}

/** Permissions in full. */
export const PermissionTags: FC<{ readonly permissions: readonly string[] }> = ({ permissions }) =>
  permissions.length === 0 ? (
    <span class="muted">None</span>
  ) : (
    <ul class="tags">
      {permissions.map((name) => (
        <li class="tag">{name}</li>
      ))}
    </ul>
  )
