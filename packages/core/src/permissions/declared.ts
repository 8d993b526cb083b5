import { isGrant, manageKeys } from './grammar.ts'

/** What of a catalogue counts here. */
interface Catalogue {
  readonly names: readonly string[]
}

/** What a catalogue declares, by what a grant can name. */
interface Declared {
  readonly names: ReadonlySet<string>
  /** `resource:*` and `*:action` of every name that a wildcard covers, and `*:*`. */
  readonly wildcards: ReadonlySet<string>
}

// Made once per catalogue: a list of grants is checked against all of it.
const declaredBy = new WeakMap<readonly string[], Declared>()

function declaredIn(names: readonly string[]): Declared {
  const known = declaredBy.get(names)
  if (known !== undefined) return known
  const wildcards = names.flatMap((name) => {
    if (name === manageKeys) return []
    const [resource, action] = name.split(':')
    return [`${resource}:*`, `*:${action}`, '*:*']
  })
  const declared = { names: new Set(names), wildcards: new Set(wildcards) }
  declaredBy.set(names, declared)
  return declared
}

/** Whether a grant is well-formed and covers at least one declared permission: a misspelt one covers none. */
export function isDeclaredGrant(grant: unknown, { names }: Catalogue): grant is string {
  if (!isGrant(grant)) return false
  const declared = declaredIn(names)
  return declared.names.has(grant) || declared.wildcards.has(grant)
}

/**
 * The grants that still mean something. One that covers nothing declared, since its permission was taken out of the
 * catalogue, grants nothing: no actor needs to hold it to pass it on.
 */
export function declaredGrants(grants: readonly string[], catalogue: Catalogue): readonly string[] {
  return grants.filter((grant) => isDeclaredGrant(grant, catalogue))
}

/** The rest: well-formed or not, they cover nothing that is declared. */
export function undeclaredGrants(grants: readonly string[], catalogue: Catalogue): readonly string[] {
  return grants.filter((grant) => !isDeclaredGrant(grant, catalogue))
}
