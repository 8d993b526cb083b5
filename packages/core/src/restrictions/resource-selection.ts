/**
 * Which resources are meant, by declared type: ids, at most 100 of a type. Of a type that is left out: all. An empty
 * list is refused where something is granted.
 */
export type ResourceSelection<Resource extends string = string> = [Resource] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [Type in Resource]?: readonly string[] }

/** One resource of each of these types, by id. */
export type ResourceIds<Resource extends string = string> = [Resource] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [Type in Resource]?: string }
