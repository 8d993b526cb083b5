import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** A fenced block of a page. */
export interface Snippet {
  readonly language: string
  readonly code: string
}

/** Every fenced block of a page, in order. */
export function snippetsOf(page: string): Snippet[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }))
}

/** What a program wrote, and how it ended. */
export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program with these variables added to the environment; undefined takes one away. Ends it after 20 s. */
export async function run(
  command: readonly [string, ...string[]],
  cwd: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  const { NODE_OPTIONS: _options, http_proxy: _proxy, HTTP_PROXY: _PROXY, ...inherited } = process.env
  const env = Object.fromEntries(
    Object.entries({ ...inherited, NO_PROXY: '127.0.0.1', ...variables }).filter(([, value]) => value !== undefined),
  )
  const [program, ...parameters] = command
  const child = spawn(program, parameters, { cwd, env, timeout: 20_000 })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (data: Buffer) => (output[name] += data.toString()))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { status, ...output }
}

/** Whether a program is installed. */
export async function isInstalled(program: string): Promise<boolean> {
  return run([program, '--version'], '.', {}).then(
    ({ status }) => status === 0,
    () => false,
  )
}

/** Puts the client into a project, as an installation would. */
export async function installClient(project: string): Promise<void> {
  const folder = join(project, 'node_modules', '@claviger', 'client')
  mkdirSync(folder, { recursive: true })
  const input = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
  const build = await rolldown({ input, platform: 'neutral' })
  await build.write({ file: join(folder, 'index.js'), format: 'es' })
  await build.close()
  writeFileSync(join(folder, 'package.json'), '{ "name": "@claviger/client", "type": "module", "main": "./index.js" }')
}

/** Sends a request word for word, and gives the answer word for word. */
export async function sendRaw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (data) => {
      answer += data.toString()
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}
