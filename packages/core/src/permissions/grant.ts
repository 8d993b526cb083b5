import type { manageKeys } from './grammar.ts'

/** `prompts` of `prompts:read`. */
type ResourceOf<Permission extends string> = Permission extends `${infer Resource}:${string}` ? Resource : never

/** `read` of `prompts:read`. */
type ActionOf<Permission extends string> = Permission extends `${string}:${infer Action}` ? Action : never

/** What wildcards cover: `keys:manage` is granted by its own name only. */
type Covered<Permission extends string> = Exclude<Permission, typeof manageKeys>

/**
 * A grant: a declared permission, or a wildcard that covers some of them: `prompts:*`, `*:read`, `*:*`. A misspelt one
 * does not compile. Text from outside becomes a grant with `permissions.isGrant(text)`.
 */
export type Grant<Permission extends string = string> =
  | Permission
  | `${ResourceOf<Covered<Permission>>}:*`
  | `*:${ActionOf<Covered<Permission>>}`
  | '*:*'
