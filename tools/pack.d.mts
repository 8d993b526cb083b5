/** A tarball as npm would publish it. */
export interface Packed {
  readonly name: string
  /** Absolute path of the tarball. */
  readonly tarball: string
  /** What it contains, relative to the package's folder. */
  readonly files: readonly string[]
}

/** Packs every published package into `destination`. Needs the build, and no network. */
export function packAll(destination: string): Packed[]
