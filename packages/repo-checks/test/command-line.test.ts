import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type ClavigerConfig, run } from '@claviger/cli'
import { createKeyring, definePermissions, type Keyring, type KeyringOptions } from '@claviger/core'
import { sqliteStore } from '@claviger/store-sql'
import Database from 'libsql'
import { afterAll, expect, test } from 'vitest'
import { codeBlocks } from '../src/markdown.ts'
import { readText } from '../src/repository-files.ts'
import { linesOf, comparable, type Shown } from '../src/shown-commands.ts'

// The story of docs/guides/command-line.md: every command that it shows is run, and what it shows is compared. Between the
// commands stands what the guide tells in words: a server is deployed, and clients send requests.

const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'claviger-story-')))
const story = codeBlocks(readText('docs/guides/command-line.md')).filter(({ testName }) =>
  testName?.startsWith('story-'),
)
const known: Shown = { shownId: '7Fq2mX4cR8tLw0Zp', id: undefined }
let server: Keyring | undefined

afterAll(async () => {
  await server?.close()
  rmSync(cwd, { recursive: true, force: true })
})

test('the story of the guide on the command line happens as it is told', async () => {
  expect(story.map(({ testName }) => testName)).toEqual(
    ['start', 'create', 'deployed', 'rotate', 'share', 'finish', 'audit', 'leak'].map((name) => `story-${name}`),
  )
  await chapter('start')
  await chapter('create')
  server = await deploy()
  const first = deployedToken()
  await requests(first, 30)
  await chapter('deployed')
  await chapter('rotate')
  const second = deployedToken()
  expect(second).not.toBe(first)
  await requests(first, 8)
  await requests(second, 2)
  await chapter('share')
  await chapter('finish')
  await follow()
  expect(await server.verify(first)).toMatchObject({ ok: false, code: 'key_rotated' })
  expect(await server.verify(second)).toMatchObject({ ok: true })
  await chapter('audit')
  await chapter('leak')
  await follow()
  expect(await server.verify(second)).toMatchObject({ ok: false, code: 'key_revoked' })
})

/** Runs the commands of one block, and compares. */
async function chapter(name: string): Promise<void> {
  const block = story.find(({ testName }) => testName === `story-${name}`)
  for (const { argv, shown } of linesOf(block?.code ?? '')) {
    const output = await claviger(argv.map((word) => (word === known.shownId ? (known.id ?? word) : word)))
    known.id ??= /\(([0-9A-Za-z]{16})\)/.exec(output)?.[1]
    const lines = output.trimEnd().split('\n')
    const told = (text: readonly string[]): readonly string[] => text.map((line) => comparable(line, known))
    expect(told(lines)).toEqual(told(shown))
  }
}

async function claviger(argv: readonly string[]): Promise<string> {
  let output = ''
  const stream = (): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        output += String(chunk)
        done()
      },
    })
  const exitCode = await run(argv, {
    stdin: new PassThrough().end(),
    stdout: stream(),
    stderr: stream(),
    env: {},
    cwd,
    platform: 'linux',
    now: () => Date.now(),
    importModule: (specifier) => import(specifier),
    resolveFrom: (_directory, name) => createRequire(import.meta.url).resolve(name),
    readsTypeScript: false,
    fetch: globalThis.fetch,
    interrupted: () => new Promise(() => undefined),
  })
  expect(output === '' ? exitCode : 0, output).toBe(0)
  expect(exitCode, output).toBe(0)
  return output
}

/** A server as the configuration shows it, without its routes. */
async function deploy(): Promise<Keyring> {
  const { default: config } = (await import(pathToFileURL(join(cwd, 'claviger.config.mjs')).href)) as {
    default: ClavigerConfig
  }
  const { store: _s, permissions, workspace: _w, owner: _o, environment: _e, ...options } = config
  const keyring = createKeyring({
    ...options,
    permissions: definePermissions(permissions as { prompts: string[] }),
    store: sqliteStore(new Database(join(cwd, 'keys.db')), { busyTimeoutMs: 5_000 }),
  } as KeyringOptions)
  await keyring.ready()
  return keyring
}

/** What the client sends: the variable of `.env.local`. */
function deployedToken(): string {
  return /^ACME_API_KEY=(.+)$/m.exec(readFileSync(join(cwd, '.env.local'), 'utf8'))?.[1] ?? ''
}

async function requests(token: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    expect(await server?.verify(token, { permission: 'prompts:list' })).toMatchObject({ ok: true })
  }
  await server?.flush()
}

/** The server learns of changes by polling. */
async function follow(): Promise<void> {
  await pause(2_000)
}
