import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { packAll, type Packed } from '../../../../tools/pack.mjs'
import { publishedPackages } from '../../../../tools/workspaces.mjs'
import { copyInstalled, unpack } from '../installation.ts'

/** A folder for the tests of one file, removed after the last. */
export function scratchFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `claviger-${name}-`)))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What an application has installed. */
export interface Installed {
  /** Packages of ours, without their scope. */
  readonly ours: readonly string[]
  /** Packages of others, as the repository has them. */
  readonly theirs: readonly string[]
}

/** Makes an application's folder with what it has installed: ours as npm would publish them. Needs the build. */
export function installedProject(folder: string, { ours, theirs }: Installed): string {
  const wanted = new Set(ours.map((name) => `@claviger/${name}`))
  const packages = publishedPackages().filter(({ name }) => wanted.has(name))
  mkdirSync(folder, { recursive: true })
  for (const one of packed(folder)) if (wanted.has(one.name)) unpack(one, folder)
  const runtime = packages.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}))
  copyInstalled([...runtime.filter((name) => !name.startsWith('@claviger/')), ...theirs], folder)
  return folder
}

/** The tarballs, made where the projects of a test file are. */
function packed(folder: string): readonly Packed[] {
  const place = join(dirname(folder), 'tarballs')
  const known = tarballs.get(place) ?? packAll(place)
  tarballs.set(place, known)
  return known
}

const tarballs = new Map<string, readonly Packed[]>()

/** Writes files of a project, by name. Objects are written as JSON. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
}

/** What a program printed, and how it ended. */
export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, within a bound. */
export function runIn(folder: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

/** Runs a script with Node and reads what it printed as JSON; throws with its whole output when that is not JSON. */
export function printedBy(
  folder: string,
  args: readonly string[],
  node: readonly string[] = [process.execPath],
  env: NodeJS.ProcessEnv = {},
): unknown {
  const [program = process.execPath, ...before] = node
  const { status, stdout, stderr } = runIn(folder, program, [...before, ...args], env)
  if (status !== 0) throw new Error(`ended with ${String(status)}\n${stdout}\n${stderr}`)
  return JSON.parse(stdout)
}

/** Whether the whole matrix was asked for, and not only the part that every run checks. */
export const isWholeMatrix = process.env['CLAVIGER_ADOPTION'] === 'all'
