import type { PermissionCatalogue } from './catalogue.ts'
import { isGrant } from './grammar.ts'
import { grantSet } from './match.ts'

/** Whether a grant is well-formed and covers at least one declared permission: a misspelt one covers none. */
export function isDeclaredGrant(grant: unknown, { names }: PermissionCatalogue): grant is string {
  if (!isGrant(grant)) return false
  const granted = grantSet([grant])
  return names.some((name) => granted.has(name))
}
