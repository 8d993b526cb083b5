/*
 *   permission = segment ":" segment              ; names one thing a route may require
 *   grant      = part ":" part                    ; what a key or an owner holds
 *   part       = segment / "*"
 *   segment    = ( a-z / 0-9 ) *63( a-z / 0-9 / "_" / "." / "-" )
 */
const permission = /^[a-z0-9][a-z0-9_.-]{0,63}:[a-z0-9][a-z0-9_.-]{0,63}$/
const grant = /^(?:\*|[a-z0-9][a-z0-9_.-]{0,63}):(?:\*|[a-z0-9][a-z0-9_.-]{0,63})$/

/** The most grants a key can hold. */
export const maxGrants = 256

/** The permission to manage keys. No wildcard grants it: a key that makes keys was given exactly this. */
export const manageKeys = 'keys:manage'

/** Tells whether a value is a permission name, `resource:action`, without wildcards. */
export function isPermission(value: unknown): value is string {
  return typeof value === 'string' && permission.test(value)
}

/** Tells whether a value is a grant: a permission in which a whole segment may be `*`. */
export function isGrant(value: unknown): value is string {
  return typeof value === 'string' && grant.test(value)
}
