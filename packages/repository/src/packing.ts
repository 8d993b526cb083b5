import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages, root } from '../scripts/workspaces.mjs'

/** A tarball as npm would publish it. */
export interface Packed {
  readonly name: string
  /** Absolute path of the tarball. */
  readonly tarball: string
  /** What it contains, relative to the package's folder. */
  readonly files: readonly string[]
}

/** Packs every published package into `destination`. Needs the build, and no network. */
export function packAll(destination: string): Packed[] {
  mkdirSync(destination, { recursive: true })
  const workspaces = publishedPackages().flatMap(({ name }) => ['--workspace', name])
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, ...workspaces]
  const output = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const packed: { name: string; filename: string; files: { path: string }[] }[] = JSON.parse(output)
  return packed.map(({ name, filename, files }) => ({
    name,
    tarball: join(destination, filename),
    files: files.map(({ path }) => path).toSorted(),
  }))
}

/** Unpacks a tarball to where a project would have it. */
export function install({ name, tarball }: Packed, project: string): void {
  const folder = join(project, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
}
