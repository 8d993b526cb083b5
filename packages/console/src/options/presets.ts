import { ConfigurationError, type PermissionCatalogue } from '@claviger/core'
import type { Preset } from './options.types.ts'

const reading = /:(?:read|list|get|view)$/

/** The presets of a host, checked; or those that can be told from the names of permissions. */
export function parsePresets(
  presets: readonly Preset[] | undefined,
  permissions: PermissionCatalogue,
): readonly Preset[] {
  const declared: readonly string[] = permissions.names
  if (presets !== undefined) {
    for (const [index, { permissions: names }] of presets.entries()) {
      const stray: string | undefined = names.find((name) => !declared.includes(name))
      if (stray !== undefined) {
        throw new ConfigurationError(
          `presets[${index}]`,
          `presets[${index}] has "${stray}", which is not a declared permission. Wildcards are not allowed here.`,
        )
      }
    }
    return presets
  }
  const readable = permissions.names.filter((name) => reading.test(name))
  if (readable.length === 0) return []
  return [{ label: 'Read only', description: 'Sees everything, changes nothing.', permissions: readable }]
}
