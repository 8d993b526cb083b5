import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type Manifest, root, workspacesIn } from '../../../tools/workspaces.mjs'

/** One package of the repository, as text: checks on it touch no disk, so that tests can make one up. */
export interface Member {
  /** Folder relative to the root: `packages/core`. */
  readonly path: string
  readonly manifest: Manifest
  /** Text of each TypeScript file below `src` and `test`, by its path relative to the root. */
  readonly files: ReadonlyMap<string, string>
}

/** Everything the diagram speaks of: the packages and examples, without this private one. */
export function readTree(): Member[] {
  return workspacesIn(root, ['packages', 'examples'])
    .filter(({ name }) => name !== '@claviger/repo-checks')
    .map(({ path, manifest }) => ({
      path,
      manifest,
      files: new Map(['src', 'test'].flatMap((folder) => readFolder(`${path}/${folder}`))),
    }))
}

/** Whether a file is published code, not a test. */
export function isSource(file: string): boolean {
  return /^(packages|examples)\/[^/]+\/src\//.test(file)
}

/** The source files that a package's `exports` name. */
export function entryPoints({ path, manifest }: Pick<Member, 'path' | 'manifest'>): Map<string, string> {
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === 'string' ? undefined : target['@claviger/source']
    return typeof source === 'string' ? [[subpath, posix.join(path, source)] as const] : []
  })
  return new Map(entries)
}

function readFolder(folder: string): [string, string][] {
  const absolute = join(root, folder)
  if (!existsSync(absolute)) return []
  return readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => /\.tsx?$|\/test\/.*\.mjs$/.test(file))
    .toSorted()
    .map((file) => [file, readFileSync(join(root, file), 'utf8')])
}
