import type { PermissionCatalogue } from './catalogue.ts'
import { isGrant } from './grammar.ts'
import { grantSet } from './match.ts'

/** Whether a grant is well-formed and covers at least one declared permission: a misspelt one covers none. */
export function isDeclaredGrant(grant: unknown, { names }: PermissionCatalogue): grant is string {
  if (!isGrant(grant)) return false
  const granted = grantSet([grant])
  return names.some((name) => granted.has(name))
}

/**
 * The grants that still mean something. One that covers nothing declared, since its permission was taken out of the
 * catalogue, grants nothing: nobody needs to hold it to hand it on.
 */
export function declaredGrants(grants: readonly string[], catalogue: PermissionCatalogue): readonly string[] {
  return grants.filter((grant) => isDeclaredGrant(grant, catalogue))
}

/** The rest: well-formed or not, they cover nothing that is declared. */
export function undeclaredGrants(grants: readonly string[], catalogue: PermissionCatalogue): readonly string[] {
  return grants.filter((grant) => !isDeclaredGrant(grant, catalogue))
}
