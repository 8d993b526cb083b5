import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages, root } from './workspaces.mjs'

export function packAll(destination) {
  mkdirSync(destination, { recursive: true })
  const workspaces = publishedPackages().flatMap(({ name }) => ['--workspace', name])
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, ...workspaces]
  const output = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(output).map(({ name, filename, files }) => ({
    name,
    tarball: join(destination, filename),
    files: files.map(({ path }) => path).toSorted(),
  }))
}
