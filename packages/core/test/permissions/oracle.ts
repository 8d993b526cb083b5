import fc from 'fast-check'

/*
 * What grants mean, by enumeration. A wildcard also stands for names no one has thought of yet, so one resource and one
 * action that no grant names are among those enumerated.
 */
const resources = ['a', 'b', 'keys', 'unheard-of'] as const
const actions = ['read', 'write', 'manage', 'unheard-of'] as const

/** Every permission there could be. */
export const everyPermission = resources.flatMap((resource) =>
  actions.map((action) => ({ resource, action, name: `${resource}:${action}` })),
)

/** The permissions that a grant stands for, read off its definition. */
function meant(grant: string): ReadonlySet<string> {
  const [resource, action] = grant.split(':')
  const fits = everyPermission.filter(
    (each) => (resource === '*' || each.resource === resource) && (action === '*' || each.action === action),
  )
  const byWildcard = resource === '*' || action === '*'
  // No wildcard grants keys:manage.
  return new Set(fits.map(({ name }) => name).filter((name) => !(byWildcard && name === 'keys:manage')))
}

/** Whether grants allow a permission. */
export function allows(held: readonly string[], permission: string): boolean {
  return held.some((grant) => meant(grant).has(permission))
}

/** The grants of `wanted` that allow something which `held` does not. */
export function beyond(held: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((grant) => [...meant(grant)].some((permission) => !allows(held, permission)))
}

/** A grant over the names that can be named: nothing unheard of. */
export const grant = fc
  .tuple(fc.constantFrom(...resources.slice(0, 3), '*'), fc.constantFrom(...actions.slice(0, 3), '*'))
  .map((pair) => pair.join(':'))

/** What someone may hold. */
export const grants = fc.array(grant, { maxLength: 5 })
