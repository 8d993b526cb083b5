import type { KeyringSettings, KeyStore } from '@claviger/core'
import { definePermissions } from '@claviger/core'
import { CliError } from '../exits/cli-error.ts'

/**
 * Options of a keyring for a store whose configuration is not at hand: what keyrings have noted in the store says which
 * product it is of. Enough to read and to take power away; what it lacks are permissions, owners and peppers.
 *
 * @throws {CliError} when no keyring was ever started on the store
 */
export async function bareOptions(
  store: KeyStore,
): Promise<Pick<KeyringSettings, 'prefix' | 'previousPrefixes' | 'permissions'>> {
  const marks = (await store.marks?.(new Map())) ?? new Map<string, string>()
  const prefix = marks.get('product')
  if (prefix === undefined) {
    throw new CliError(
      'usage',
      'store_unused',
      'No keyring was ever started on this store, so nothing says what its keys are like.',
      'Write a configuration: npx claviger init.',
    )
  }
  const names = [...marks.keys()]
  const after = (start: string): readonly string[] =>
    names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length))
  const resources = after('resource:')
  return {
    prefix,
    previousPrefixes: after('prefix:').filter((name) => name !== prefix),
    permissions: definePermissions(Object.fromEntries(resources.map((resource) => [resource, ['unknown']]))),
  }
}
