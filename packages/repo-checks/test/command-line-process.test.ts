import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Packed, packAll } from '../../../tools/pack.mjs'
import { publishedPackages } from '../../../tools/workspaces.mjs'

// The command line as its users have it: packed, installed by npm, in processes and terminals of its own.

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'claviger-processes-')))
const project = join(scratch, 'project')
const claviger = join(project, 'node_modules', '.bin', 'claviger')
const clean = { PATH: process.env['PATH'] ?? '', HOME: scratch, TERM: 'xterm-256color' }
const needed = withSiblings('@claviger/cli')
let tarballs: readonly string[] = []
let id = ''

const config = {
  prefix: 'acme',
  store: 'sqlite:keys.db',
  permissions: { prompts: ['list', 'read'] },
  defaultPermissions: ['prompts:list'],
  owners: 'unbounded',
  workspace: 'ws_acme',
  owner: 'user:ada',
  environment: 'development',
  importedTokens: { pattern: '^old_[0-9a-f]{32}$' },
}

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  const packed: readonly Packed[] = packAll(join(scratch, 'tarballs'))
  tarballs = needed.map((name) => packed.find((one) => one.name === name)?.tarball ?? name)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  writeFileSync(join(project, 'claviger.config.json'), JSON.stringify(config))
  const quiet = ['install', '--no-audit', '--no-fund', '--prefer-offline']
  const installed = spawnSync('npm', [...quiet, ...tarballs], { cwd: project, encoding: 'utf8' })
  expect(installed.status, installed.stderr).toBe(0)
  expect(inProcess(['migrate']).status).toBe(0)
  const created = inProcess(['keys', 'create', '--name', 'Production', '--env', 'production'])
  expect(created.stderr).toContain('Created Production')
  id = created.stdout.slice('acme_production_'.length).slice(0, 16)
}, 240_000)

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('in a process of its own', () => {
  test('the token is alone on standard output, and nothing warns', () => {
    const { stdout, stderr, status } = inProcess(['keys', 'create', '--name', 'CI', '-q'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^acme_development_[0-9A-Za-z]{65}\n$/)
  })

  test('a reader that goes away early is no failure', () => {
    const pipe = `"${claviger}" keys list --plain --all | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', pipe], { cwd: project, env: clean, encoding: 'utf8' })
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
  })

  test('errors end with their exit codes', () => {
    expect(inProcess(['keys', 'get', '0123456789abcdef']).status).toBe(3)
    expect(inProcess(['keys', 'lits']).status).toBe(2)
    expect(inProcess([]).status).toBe(2)
    expect(inProcess(['--help']).status).toBe(0)
    expect(inProcess(['keys', 'audit', '--max-age', '0s']).status).toBe(1)
  })

  test('the completion script of bash completes', () => {
    const ask = `source <("${claviger}" completion bash)
      COMP_WORDS=(claviger keys ro); COMP_CWORD=2; PATH="${join(project, 'node_modules/.bin')}:$PATH"
      _claviger; echo "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('bash', ['-c', ask], { cwd: project, env: clean, encoding: 'utf8' })
    expect(stdout).toBe('rotate\n')
  })
})

describe('an import that is killed', () => {
  test('is repeated without harm: the rest comes in, and nothing twice', async () => {
    const rows = Array.from({ length: 4_000 }, (_, index) => {
      const token = `old_${index.toString(16).padStart(32, '0')}`
      return `${createHash('sha256').update(token).digest('hex')},key ${index},ada,prompts:list`
    })
    writeFileSync(join(project, 'old.csv'), ['token_hash,name,user_id,scopes', ...rows].join('\n'))
    const argv = [
      'import',
      'old.csv',
      '--from',
      'csv',
      '--env',
      'production',
      '--workspace',
      'ws_old',
      '--yes',
      '--json',
    ]
    const written = (): number =>
      ['keys.db', 'keys.db-wal']
        .map((name) => join(project, name))
        .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
    const before = written()
    const child = spawn(claviger, argv, { cwd: project, env: clean, stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
    const deadline = Date.now() + 60_000
    while (written() < before + 300_000 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2))
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    const again = tallyOf(inProcess(argv))
    expect(again).toMatchObject({ rows: 4_000, failed: 0 })
    expect(again.present).toBeGreaterThan(0)
    expect(again.imported).toBeGreaterThan(0)
    expect(again.imported + again.present).toBe(4_000)
    expect(tallyOf(inProcess(argv))).toMatchObject({ imported: 0, present: 4_000, failed: 0 })
  }, 120_000)

  const tallyOf = ({
    stdout,
  }: {
    readonly stdout: string
  }): Record<'imported' | 'present' | 'failed' | 'rows', number> =>
    JSON.parse(stdout) as Record<'imported' | 'present' | 'failed' | 'rows', number>
})

describe('by npx, in an empty folder', () => {
  test('makes a first key with nothing but Node', () => {
    const empty = join(scratch, 'empty')
    mkdirSync(empty)
    const npx = (...argv: readonly string[]): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } => {
      const packages = tarballs.flatMap((tarball) => ['-p', tarball])
      const args = ['--yes', '--prefer-offline', ...packages, 'claviger', ...argv]
      return spawnSync('npx', args, { cwd: empty, encoding: 'utf8', timeout: 120_000 })
    }
    const started = npx('init', '--framework', 'none', '--store', 'sqlite', '--prefix', 'acme')
    expect(started.status, started.stderr).toBe(0)
    expect(npx('migrate').stderr).toContain('applied')
    expect(npx('keys', 'create', '--name', 'First', '-q').stdout).toMatch(/^acme_development_[0-9A-Za-z]{65}\n$/)
    expect(npx('keys', 'list').stdout).toContain('First')
  }, 240_000)
})

const terminalProgram = '/usr/bin/script'
const inTerminals = existsSync(terminalProgram) ? describe : describe.skip

inTerminals(`in a terminal of its own (needs ${terminalProgram})`, () => {
  test('Ctrl+C in a question ends with 130, and makes nothing', async () => {
    const { output, exitCode } = await inTerminal('keys create', [['What uses the key?', '\u0003']])
    expect(output).toContain('Interrupted. Nothing was changed.')
    expect(exitCode).toBe(130)
  })

  test('what is missing is asked for', async () => {
    const { output, exitCode } = await inTerminal('keys create', [['What uses the key?', 'Asked\r']])
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^acme_development_[0-9A-Za-z]{65}\r?$/m)
  })

  test('the name is asked for before a key of production is revoked', async () => {
    const { output, exitCode } = await inTerminal(`keys revoke ${id}`, [['Type Production', 'Staging\r']])
    expect(output).toContain('Not confirmed. Nothing was changed.')
    expect(exitCode).toBe(1)
  })

  test('lists are in colour, and without with NO_COLOR', async () => {
    expect((await inTerminal('keys list')).output).toContain('\u001b[3')
    expect((await inTerminal('keys list', [], { NO_COLOR: '1' })).output).not.toContain('\u001b[')
  })

  test('a list that is too wide becomes cards', async () => {
    const { output } = await inTerminal('keys list', [], { NO_COLOR: '1' }, 40)
    expect(output).toMatch(/^Production\r?\n {2}Key {8}acme_production_/m)
    expect(output).not.toContain('NAME')
  })
})

function inProcess(argv: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(claviger, argv, { cwd: project, env: clean, encoding: 'utf8' })
}

/** Runs a command in a pseudo-terminal. Each answer is given when its question has appeared. */
async function inTerminal(
  command: string,
  answers: readonly (readonly [question: string, answer: string])[] = [],
  env: Readonly<Record<string, string>> = {},
  columns = 200,
): Promise<{ readonly output: string; readonly exitCode: number | null }> {
  const line = `stty cols ${columns}; exec "${claviger}" ${command}`
  const child = spawn(terminalProgram, ['-qec', line, '/dev/null'], { cwd: project, env: { ...clean, ...env } })
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 30_000)
  const waiting = [...answers]
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
    const [next] = waiting
    if (next === undefined || !output.includes(next[0])) return
    waiting.shift()
    child.stdin.write(next[1])
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(watchdog)
  return { output, exitCode }
}

/** A package of ours, and those of ours that it depends on. */
function withSiblings(name: string): readonly string[] {
  const packages = new Map(publishedPackages().map((one) => [one.name, one.manifest]))
  const found = new Set([name])
  for (const each of found) {
    for (const other of Object.keys(packages.get(each)?.dependencies ?? {})) if (packages.has(other)) found.add(other)
  }
  return [...found]
}
