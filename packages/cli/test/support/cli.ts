import { createRequire } from 'node:module'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { type Io, run } from '../../src/index.ts'

/** What a command wrote, and how it ended. */
export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** How a command is run in this process. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What is on standard input. */
  readonly input?: string
  /** Which of the streams are terminals, and how wide they are. */
  readonly terminals?: readonly ('stdin' | 'stdout' | 'stderr')[]
  readonly columns?: number
  readonly now?: number
  readonly platform?: NodeJS.Platform
  readonly io?: Partial<Io>
  /** Called with everything that is written to standard error so far. */
  readonly onStderr?: (text: string) => void
}

/** 3 November 2026, noon UTC. */
export const noon: number = Date.UTC(2026, 10, 3, 12)

/** Runs a command in this process. */
export async function claviger(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { terminals = [], columns = 200, input = '' } = options
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr'): Io['stdout'] =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          written[name] += String(chunk)
          if (name === 'stderr') options.onStderr?.(written.stderr)
          done()
        },
      }),
      terminals.includes(name) ? { isTTY: true, columns } : {},
    )
  const stdin = new PassThrough()
  stdin.end(input)
  const exitCode = await run(argv, {
    stdin: Object.assign(stdin, terminals.includes('stdin') ? { isTTY: true } : {}),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: options.env ?? {},
    cwd: options.cwd ?? tmpdir(),
    platform: options.platform ?? 'linux',
    now: () => options.now ?? Date.now(),
    importModule: (specifier) => import(specifier),
    resolveFrom(_directory, name) {
      try {
        return createRequire(import.meta.url).resolve(name)
      } catch {
        return undefined
      }
    },
    readsTypeScript: false,
    fetch: globalThis.fetch,
    interrupted: () => new Promise(() => undefined),
    ...options.io,
  })
  return { exitCode, ...written }
}

/** A folder that is removed after the test. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'claviger-cli-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Settings that every test can start from. */
export const someConfig: Readonly<Record<string, unknown>> = {
  prefix: 'acme',
  permissions: { prompts: ['list', 'read', 'write'], context: ['download'] },
  defaultPermissions: ['prompts:list', 'prompts:read', 'context:download'],
  owners: 'unbounded',
  workspace: 'ws_acme',
  owner: 'user:ada',
  environment: 'development',
}

/** A project: a folder with a configuration for a store. */
export function project(store: string, config: Readonly<Record<string, unknown>> = {}): string {
  const path = folder()
  writeFileSync(join(path, 'package.json'), '{ "private": true }')
  writeFileSync(join(path, 'claviger.config.json'), JSON.stringify({ ...someConfig, store, ...config }))
  return path
}

/** A project on a SQLite file with its tables. */
export async function sqliteProject(config: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const cwd = project('sqlite:keys.db', config)
  const { exitCode, stderr } = await claviger(['migrate'], { cwd })
  if (exitCode !== 0) throw new Error(stderr)
  return cwd
}

/** Makes a key. @returns its id and token */
export async function makeKey(
  cwd: string,
  name: string,
  flags: readonly string[] = [],
): Promise<{ readonly id: string; readonly token: string }> {
  const { exitCode, stdout, stderr } = await claviger(['keys', 'create', '--json', '--name', name, ...flags], { cwd })
  if (exitCode !== 0) throw new Error(stderr)
  const { key, token } = JSON.parse(stdout) as { key: { id: string }; token: string }
  return { id: key.id, token }
}
