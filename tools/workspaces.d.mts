/** What the tests and scripts read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly sideEffects?: boolean
  readonly main?: string
  readonly types?: string
  readonly files?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>
  readonly typesVersions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** A member of the npm workspace. */
export interface Workspace {
  readonly name: string
  /** Relative to the root, with forward slashes: `packages/core`. */
  readonly path: string
  /** Absolute. */
  readonly folder: string
  readonly manifest: Manifest
}

/** The checkout's top folder, absolute, with a trailing separator. */
export const root: string

/** Every folder with a `package.json` directly below one of `parents`. */
export function workspacesIn(base: string, parents: readonly string[]): Workspace[]

/** The packages that are published: those in `packages/` that are not private. */
export function publishedPackages(base?: string): Workspace[]
