import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../', import.meta.url))

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

function readManifest(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
