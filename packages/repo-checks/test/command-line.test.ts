import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type ClavigerConfig, run } from '@claviger/cli'
import { createKeyring, definePermissions, type Keyring, type KeyringOptions } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import { sqliteStore } from '@claviger/store-sql'
import { serveOnLoopback } from '@claviger/testing'
import express from 'express'
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
let url = ''
let stop = async (): Promise<void> => {}

afterAll(async () => {
  await stop()
  await server?.close()
  rmSync(cwd, { recursive: true, force: true })
})

test('the story of the guide on the command line happens as it is told', async () => {
  expect(story.map(({ testName }) => testName)).toEqual(
    ['start', 'create', 'deployed', 'rotate', 'share', 'callers', 'finish', 'audit', 'leak'].map(
      (name) => `story-${name}`,
    ),
  )
  await chapter('start')
  await chapter('create')
  server = await deploy()
  const first = deployedToken()
  await requests(first, 30, 'node')
  await chapter('deployed')
  await chapter('rotate')
  const second = deployedToken()
  expect(second).not.toBe(first)
  await requests(first, 8, 'python-requests/2.32.5', '10.7.4.9')
  await requests(second, 2, 'node')
  await chapter('share')
  await chapter('callers')
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

/** A server as the configuration shows it, which keeps callers, behind a proxy. */
async function deploy(): Promise<Keyring> {
  const file = join(cwd, 'claviger.config.mjs')
  const written = readFileSync(file, 'utf8')
  expect(written).toContain('// usage: { callers: true },')
  writeFileSync(file, written.replace('// usage: {', 'usage: {'))
  const { default: config } = (await import(`${pathToFileURL(file).href}?edited`)) as { default: ClavigerConfig }
  const { store: _s, permissions, workspace: _w, owner: _o, environment: _e, ...options } = config
  const keyring = createKeyring({
    ...options,
    permissions: definePermissions(permissions as { prompts: string[] }),
    store: sqliteStore(new Database(join(cwd, 'keys.db')), { busyTimeoutMs: 5_000 }),
  } as KeyringOptions)
  await keyring.ready()
  const auth = apiKeyAuth(keyring)
  const app = express().set('trust proxy', 'loopback')
  app.use(auth.authenticate())
  app.get('/v1/prompts', auth.require('prompts:list'), (_req, res) => res.json({}))
  const { port, close } = await serveOnLoopback(app)
  url = `http://127.0.0.1:${port}/v1/prompts`
  stop = close
  return keyring
}

/** What the client sends: the variable of `.env.local`. */
function deployedToken(): string {
  return /^ACME_API_KEY=(.+)$/m.exec(readFileSync(join(cwd, '.env.local'), 'utf8'))?.[1] ?? ''
}

async function requests(token: string, count: number, agent: string, address = '10.2.3.4'): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const headers = { authorization: `Bearer ${token}`, 'user-agent': agent, 'x-forwarded-for': address }
    expect((await fetch(url, { headers })).status).toBe(200)
  }
  await server?.flush()
}

/** The server learns of changes by polling. */
async function follow(): Promise<void> {
  await pause(2_000)
}
