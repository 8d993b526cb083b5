import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Packed } from '../../../tools/pack.mjs'
import { root } from '../../../tools/workspaces.mjs'

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

type Lock = Readonly<Record<string, LockedPackage>>

/** Unpacks a tarball of ours to where a project would have it. */
export function unpack({ name, tarball }: Packed, project: string): void {
  const folder = join(project, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
}

/**
 * Copies installed packages of others, with all they depend on, into a project: what `npm install` would do there,
 * but from this checkout and without the network. Copies, because a link would lead Node and TypeScript back here,
 * where everything is installed and nothing can be missing.
 */
export function copyInstalled(names: readonly string[], project: string): void {
  const lock: { packages: Lock } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const place of closure(lock.packages, names)) {
    const from = join(root, place)
    if (!existsSync(from)) continue
    cpSync(from, join(project, place), { recursive: true, filter: (path) => !isNested(from, path) })
  }
}

/** The places in the lockfile that the named packages need: `node_modules/koa`, `node_modules/koa/node_modules/x`, ... */
function closure(lock: Lock, names: readonly string[]): Set<string> {
  const places = new Set<string>()
  const visit = (name: string, from: string): void => {
    const place = find(lock, name, from)
    if (place === undefined || places.has(place)) return
    places.add(place)
    const { dependencies, optionalDependencies } = lock[place] ?? {}
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(needed, place)
  }
  for (const name of names) visit(name, '')
  return places
}

/** Node's own search: the nearest `node_modules` upwards. */
function find(lock: Lock, name: string, from: string): string | undefined {
  const place = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`
  if (place in lock) return place
  if (from === '') return undefined
  const parent = from.lastIndexOf('/node_modules/')
  return find(lock, name, parent < 0 ? '' : from.slice(0, parent))
}

function isNested(from: string, path: string): boolean {
  return path.slice(from.length).split(sep).includes('node_modules')
}
