import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

export function workspacesIn(base, parents) {
  return parents.flatMap((parent) => {
    const folders = readdirSync(join(base, parent), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return folders.flatMap(({ name }) => {
      const path = `${parent}/${name}`
      const manifest = readManifest(join(base, path, 'package.json'))
      return manifest === undefined ? [] : [{ path, folder: join(base, path), name: manifest.name, manifest }]
    })
  })
}

export function publishedPackages(base = root) {
  return workspacesIn(base, ['packages']).filter((workspace) => workspace.manifest.private !== true)
}

/** Dependencies first. Assumes no cycles among `dependencies`; `tsc -b` would have refused one. */
export function inBuildOrder(workspaces) {
  const byName = new Map(workspaces.map((workspace) => [workspace.name, workspace]))
  const ordered = new Set()
  const visit = (workspace) => {
    for (const name of Object.keys(workspace.manifest.dependencies ?? {})) {
      const dependency = byName.get(name)
      if (dependency !== undefined) visit(dependency)
    }
    ordered.add(workspace)
  }
  for (const workspace of workspaces) visit(workspace)
  return [...ordered]
}

function readManifest(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
