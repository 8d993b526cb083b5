import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'

/** Checks that the option `permissions` is a catalogue. @throws {ConfigurationError} */
export function parseCatalogue<P extends string>(permissions: PermissionCatalogue<P>): PermissionCatalogue<P> {
  if (typeof permissions?.has === 'function' && Array.isArray(permissions.names)) return permissions
  throw new ConfigurationError('permissions', 'Expected the result of definePermissions({ resource: ["action"] }).')
}

/** Checks the option `defaultPermissions`: declared names. @throws {ConfigurationError} */
export function parseDefaults<P extends string>(
  defaults: readonly P[],
  permissions: PermissionCatalogue<P>,
): readonly P[] {
  if (!Array.isArray(defaults)) throw new ConfigurationError('defaultPermissions', 'Expected a list of permissions.')
  for (const name of defaults as readonly P[]) {
    if (permissions.has(name)) continue
    throw new ConfigurationError('defaultPermissions', `${describeValue(name)} is not declared in permissions.`)
  }
  return Object.freeze([...defaults])
}
