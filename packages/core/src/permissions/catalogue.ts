import { ConfigurationError } from '../errors/errors.ts'
import { isPlain } from '../input/plain-fields.ts'
import { kindOf, describeValue } from '../input/describe-value.ts'
import { isDeclaredGrant } from './declared.ts'
import { isPermission, manageKeys } from './grammar.ts'
import type { Grant } from './grant.ts'

/** The permissions an application knows, from `definePermissions`. `Name` is the union of their names. */
export interface PermissionCatalogue<Name extends string = string> {
  /** Every declared name, `resource:action`, and `keys:manage`, which is always there. Frozen. */
  readonly names: readonly Name[]
  /** Whether this exact name is declared. */
  has(name: string): name is Name
  /**
   * Whether a value is a grant that covers at least one declared permission: a declared name, or a wildcard such as
   * `prompts:*`. For grants from a request body, which the compiler does not know.
   *
   * @example
   * const asked: readonly unknown[] = ['prompts:read', 'prompts:*', 'prompts:raed']
   * console.log(asked.filter(permissions.isGrant)) // [ 'prompts:read', 'prompts:*' ]
   */
  isGrant(value: unknown): value is Grant<Name>
}

/** What `definePermissions` takes: actions by resource. */
export type PermissionDefinition = Readonly<Record<string, readonly string[]>>

/** The union of `resource:action` names that a definition declares. */
export type PermissionName<Definition extends PermissionDefinition> =
  | { [Resource in keyof Definition & string]: `${Resource}:${Definition[Resource][number]}` }[keyof Definition &
      string]
  | 'keys:manage'

/**
 * Declares the permissions of an application, so that a misspelt name is a compile error in guards and,
 * in JavaScript, an error at start-up.
 *
 * @example
 * const permissions = definePermissions({ prompts: ['read', 'list', 'write'], context: ['download'] })
 * // 'prompts:read' | 'prompts:list' | 'prompts:write' | 'context:download' | 'keys:manage'
 *
 * @param definition actions by resource; segments match `[a-z0-9][a-z0-9_.-]{0,63}`
 * @throws {ConfigurationError} when a name does not fit the grammar or nothing is declared
 */
export function definePermissions<const Definition extends PermissionDefinition>(
  definition: Definition,
): PermissionCatalogue<PermissionName<Definition>> {
  if (!isPlain(definition)) {
    throw new ConfigurationError('permissions', 'definePermissions expects an object such as { prompts: ["read"] }.')
  }
  const names = new Set<string>()
  for (const [resource, actions] of Object.entries(definition)) {
    if (!Array.isArray(actions)) {
      throw new ConfigurationError(
        'permissions',
        `Expected a list of actions for ${describeValue(resource)}, got ${kindOf(actions)}.`,
      )
    }
    for (const action of actions) names.add(parseName(resource, action))
  }
  if (names.size === 0) throw new ConfigurationError('permissions', 'Declare at least one permission.')
  names.add(manageKeys)
  type Name = PermissionName<Definition>
  const frozen = Object.freeze([...names]) as readonly Name[]
  return Object.freeze({
    names: frozen,
    has: (name: string): name is Name => names.has(name),
    isGrant: (value: unknown): value is Grant<Name> => isDeclaredGrant(value, { names: frozen }),
  })
}

function parseName(resource: string, action: unknown): string {
  const name = `${resource}:${typeof action === 'string' ? action : kindOf(action)}`
  if (typeof action === 'string' && isPermission(name)) return name
  throw new ConfigurationError(
    'permissions',
    `${describeValue(name)} is not a permission. Each side matches [a-z0-9][a-z0-9_.-]{0,63}; wildcards belong in grants only.`,
  )
}

/** The resources a catalogue is about, in its order, without the one that is always there. */
export function resourcesOf({ names }: PermissionCatalogue): readonly string[] {
  const resources = names.filter((name) => name !== manageKeys).map((name) => name.slice(0, name.indexOf(':')))
  return [...new Set(resources)]
}
