import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { definePermissions, systemActor } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import { memoryLimiter } from '@claviger/limits'
import { testKeyring } from '@claviger/testing'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { usersGuide } from '../../src/docs/index.ts'
import { acme } from './acme.ts'
import { installClient, isInstalled, type Run, run, type Snippet, sendRaw, snippetsOf } from './snippets.ts'

const permissions = definePermissions({ prompts: ['list', 'write'] })
const { keyring, token, issue, revoke } = await testKeyring({
  permissions,
  environment: 'production',
  keyring: { prefix: 'acme', importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ } },
})
const hasCurl = await isInstalled('curl')
const hasPython = await isInstalled('python3')
const project = mkdtempSync(join(tmpdir(), 'claviger-snippets-'))
const servers: Server[] = []

async function serve(handler: RequestListener): Promise<number> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

function guideFor(port: number): Snippet[] {
  const page = usersGuide({ ...acme, baseUrl: `http://127.0.0.1:${port}/v1` })
  return snippetsOf(page)
}

/** The file that a snippet says it belongs into. */
function fileOf({ code }: Snippet): string {
  return /^(?:\/\/|#) (\S+\.(?:mjs|py))\n/.exec(code)?.[1] ?? ''
}

const needs = ({ language, code }: Snippet): boolean =>
  (!/curl/.test(code) || hasCurl) && (!(language === 'python' || /python3/.test(code)) || hasPython)

const app = express()
const auth = apiKeyAuth(keyring, { header: 'X-API-Key' })
app.use('/v1', auth.authenticate())
app.use('/v1', auth.limit({ limiter: memoryLimiter(), by: 'key', rule: { requests: 600, per: '1m' } }))
app.get('/v1/prompts', auth.require('prompts:list'), (_req, res) => void res.json({ prompts: ['Summarise a meeting'] }))
const port = await serve(app)
const snippets = guideFor(port)

async function runSnippet(snippet: Snippet, key = token, from: readonly Snippet[] = snippets): Promise<Run> {
  const code = snippet.code.replaceAll('<your key>', key)
  if (snippet.language === 'sh') {
    // What reads the file must do without the variable.
    const variable = code.includes('.env') || code.includes('export ') ? undefined : key
    return run(['bash', '-euo', 'pipefail', '-c', code], project, { ACME_API_KEY: variable })
  }
  const file = fileOf(snippet)
  expect(file, code).not.toBe('')
  expect(from.filter((other) => fileOf(other) === file)).toHaveLength(1)
  writeFileSync(join(project, file), code)
  const program = snippet.language === 'js' ? process.execPath : 'python3'
  return run([program, file], project, { ACME_API_KEY: key })
}

beforeAll(async () => {
  await installClient(project)
})

afterAll(async () => {
  for (const server of servers) server.close()
  await keyring.close()
  rmSync(project, { recursive: true, force: true })
})

test('the page has snippets for curl, Node and Python', () => {
  const count = (language: string): number => snippets.filter((snippet) => snippet.language === language).length
  expect(count('sh')).toBeGreaterThanOrEqual(6)
  expect(count('js')).toBeGreaterThanOrEqual(4)
  expect(count('python')).toBeGreaterThanOrEqual(2)
})

describe('in order, in one folder, each snippet works:', () => {
  const expected: Readonly<Record<string, RegExp>> = {
    'direct.mjs': /^200\n$/,
    'api-key-expires': /^no end announced\n$/,
    '^ratelimit': /^RateLimit-Policy: "key";q=600;w=60\r\nRateLimit: "key";r=\d+;t=\d+\r\n$/,
    '--include': /^HTTP\/1\.1 200 OK\r\n[\s\S]*Summarise a meeting/,
    '--eval': /^acme_production_[0-9A-Za-z]{4}\u2026[0-9A-Za-z]{4}\n$/,
  }

  test.each(snippets.map((snippet, index) => ({ snippet, index, first: snippet.code.split('\n')[0] })))(
    '$index. $snippet.language: $first',
    async ({ snippet }) => {
      const { language, code } = snippet
      if (code.startsWith('RateLimit')) await expectLimitFields(code)
      else if (language === 'text') expect(token).toContain(code.slice(0, code.indexOf('7Fq2')))
      else if (language === 'ini') writeFileSync(join(project, '.env'), code.replaceAll('<your key>', token))
      else if (language === 'http') expect(await sendRaw(port, wholeRequest(code))).toMatch(success)
      else if (needs(snippet)) await expectToWork(snippet)
      else process.stderr.write('skipped: curl or python3 is not installed\n')
    },
  )

  const success = /^HTTP\/1\.1 200 OK\r\n[\s\S]*Summarise a meeting/
  const wholeRequest = (code: string): string =>
    `${code.replaceAll('<your key>', token).trim().replaceAll('\n', '\r\n')}\r\nConnection: close\r\n\r\n`

  /** The example is a real answer, but for what is left. */
  async function expectLimitFields(code: string): Promise<void> {
    const { headers } = await fetch(`http://127.0.0.1:${port}/v1/prompts`, { headers: { 'X-API-Key': token } })
    const fields = ['RateLimit-Policy', 'RateLimit'].map((name) => `${name}: ${headers.get(name)}\n`).join('')
    const shape = (text: string): string => text.replaceAll(/(?<=[rt]=)\d+/g, 'N')
    expect(shape(fields)).toBe(shape(code))
  }

  async function expectToWork(snippet: Snippet): Promise<void> {
    expect(['sh', 'js', 'python']).toContain(snippet.language)
    const { status, stdout, stderr } = await runSnippet(snippet)
    const [, answer = /Summarise a meeting/] =
      Object.entries(expected).find(([part]) => snippet.code.includes(part)) ?? []
    expect({ status, stderr: stderr.includes('Error') ? stderr : '' }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(answer)
    expect(stdout).not.toContain(token)
  }

  test.runIf(hasPython)('the file with the key is private then, and kept out of the repository', () => {
    expect(statSync(join(project, '.env')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(project, '.gitignore'), 'utf8')).toBe('.env\n')
  })
})

describe('when the key is refused,', () => {
  const named = (name: string): Snippet => {
    const snippet = snippets.find((each) => fileOf(each) === name)
    if (snippet === undefined) throw new Error(`there is no ${name}`)
    return snippet
  }

  test.each(['main.mjs', 'client.mjs', 'refusals.mjs', 'main.py', 'refusals.py'])(
    '%s says so, and does not show the key',
    async (name) => {
      if (!needs(named(name))) return
      const { key, token: ended } = await issue({ environment: 'production' })
      await revoke(key)
      const { status, stdout, stderr } = await runSnippet(named(name), ended)
      expect(status).not.toBe(0)
      expect(stderr).toMatch(name === 'main.py' ? /401/ : /401.*key_revoked/)
      expect(stdout + stderr).not.toContain(ended)
    },
  )

  test('earlier.mjs works with a key that was issued elsewhere, which client.mjs takes for a mistake', async () => {
    const earlier = `sk_live_${'0a'.repeat(16)}`
    const tokenSha256 = createHash('sha256').update(earlier).digest('hex')
    const { results } = await keyring.as(systemActor('ws_test')).import([
      {
        tokenSha256,
        name: 'Earlier',
        environment: 'production',
        permissions: ['prompts:list'],
        owner: { type: 'user', id: 'ada' },
      },
    ])
    expect(results).toMatchObject([{ outcome: 'imported' }])
    expect(await runSnippet(named('earlier.mjs'), earlier)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Summarise a meeting') as string,
    })
    expect((await runSnippet(named('client.mjs'), earlier)).stderr).toContain('ACME_API_KEY')
  })

  test('refusals.mjs names the permission that is missing', async () => {
    const { token: weak } = await issue({ environment: 'production', permissions: ['prompts:write'] })
    const { status, stderr } = await runSnippet(named('refusals.mjs'), weak)
    expect([status, stderr]).toEqual([1, "missing: [ 'prompts:list' ]\n"])
  })

  test('client.mjs finds a mistake in the variable before it sends anything', async () => {
    const { status, stderr } = await runSnippet(named('client.mjs'), `"${token}"`)
    expect(status).not.toBe(0)
    expect(stderr).toContain('ACME_API_KEY has quotes or brackets around the key')
    expect(stderr).not.toContain(token)
  })
})

describe('against an API that misbehaves,', () => {
  const programs = ['main.mjs', 'client.mjs', 'direct.mjs', 'refusals.mjs', 'main.py', 'refusals.py']

  test.each(['client.mjs', 'refusals.mjs', 'refusals.py'])('%s waits and sends again', async (name) => {
    const statuses = [503, 429, 200]
    const seen: number[] = []
    const busy = await serve((_req, res) => {
      const status = statuses[seen.length] ?? 500
      seen.push(status)
      res.writeHead(status, { 'Content-Type': 'application/json', 'Retry-After': '0' })
      res.end(status === 200 ? '{"prompts":["Summarise a meeting"]}' : '{"code":"verifier_busy","detail":"Busy."}')
    })
    const from = guideFor(busy)
    const snippet = from.find((each) => fileOf(each) === name)
    if (snippet === undefined || !needs(snippet)) return
    const { stdout } = await runSnippet(snippet, token, from)
    expect(stdout).toContain('Summarise a meeting')
    expect(seen).toEqual(statuses)
  })

  test.each([...programs, 'curl'])('%s carries the key to no other origin', async (name) => {
    const received: string[] = []
    const other = await serve((req, res) => {
      received.push(JSON.stringify(req.rawHeaders))
      res.end('{}')
    })
    let asked = 0
    const api = await serve((_req, res) => {
      asked += 1
      res.writeHead(302, { Location: `http://127.0.0.1:${other}/v1/prompts` }).end()
    })
    const from = guideFor(api)
    const snippet = from.find((each) => (name === 'curl' ? /^curl .*include/m.test(each.code) : fileOf(each) === name))
    if (snippet === undefined) throw new Error(`there is no ${name}`)
    if (!needs(snippet)) return
    await runSnippet(snippet, token, from)
    expect(asked).toBeGreaterThan(0)
    expect(received.join('\n')).not.toContain(token.slice(24, 60))
  })
})
