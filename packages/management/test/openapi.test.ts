import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import createClient from 'openapi-fetch'
import openapiTypescript, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiDocument } from '../src/index.ts'
import { problemTable } from '../src/problems/table.ts'
import { endpoints } from '../src/routes/all.ts'
import { world } from './support/world.ts'

const run = promisify(execFile)
const document = openApiDocument()
let scratch = ''

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'claviger-openapi-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('the OpenAPI document', () => {
  test('passes a public linter, at its strictest, without a warning', async () => {
    const file = join(scratch, 'openapi.json')
    await writeFile(file, JSON.stringify(document))
    const cli = fileURLToPath(import.meta.resolve('@redocly/cli/bin/cli.js'))
    const lint = [cli, 'lint', file, '--extends=recommended-strict', '--format=json']
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const { stdout } = await run(process.execPath, lint, { env, cwd: scratch })
    expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] })
  }, 60_000)

  test('describes every endpoint, by the name of its action', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => `${method} ${path} ${(operation as { operationId: string }).operationId}`,
      ),
    )
    const made = endpoints.map(({ method, path, action }) => `${method} ${path} ${action}`)
    expect(described.toSorted()).toEqual([...made, 'get /openapi.json getOpenApi'].toSorted())
  })

  test('is served where the API is mounted, to those who may call it', async () => {
    const { api, send } = await world()
    const served = await send({ method: 'GET', path: '/openapi.json' })
    expect(served).toMatchObject({ status: 200, body: JSON.parse(JSON.stringify(document)) })
    const request = new Request('http://x/openapi.json', { headers: { 'x-test-user': 'ada' } })
    const mounted = await api.fetch(request, { native: {}, originalUrl: '/settings/api-keys/openapi.json?x=1' })
    expect(await mounted.json()).toMatchObject({ servers: [{ url: '/settings/api-keys' }] })
    expect(await send({ method: 'GET', path: '/openapi.json', headers: { 'x-test-user': 'stranger' } })).toMatchObject({
      status: 401,
    })
  })

  test('names every code of a problem', () => {
    const text = JSON.stringify(document)
    // Neither is an answer of an endpoint.
    const elsewhere = new Set(['method_not_allowed'])
    for (const code of Object.keys(problemTable)) if (!elsewhere.has(code)) expect(text).toContain(`\`${code}\``)
  })
})

describe('a client that openapi-typescript and openapi-fetch make of it', () => {
  const script = `
import createClient from 'openapi-fetch'
import type { paths } from './generated.js'
export async function life(fetch: (request: Request) => Promise<Response>): Promise<readonly [string, string | null, string]> {
  const client = createClient<paths>({ baseUrl: 'http://api.example', fetch })
  const made = await client.POST('/keys', { body: { name: 'CI', environment: 'ci', permissions: ['prompts:read'] } })
  if (made.data === undefined) throw new Error(made.error.code)
  const { id, status } = made.data.key
  const path = { id }
  const rotated = await client.POST('/keys/{id}/rotate', { params: { path }, body: { overlapSeconds: 60 } })
  const revoked = await client.DELETE('/keys/{id}', { params: { path }, body: { reason: 'Done' } })
  if (rotated.data === undefined || revoked.data === undefined) throw new Error('refused')
  // @ts-expect-error there is no such status
  if (status === 'gone') throw new Error()
  // @ts-expect-error a name is text
  await client.POST('/keys', { body: { name: 7, environment: 'ci' } }).catch(() => {})
  return [made.data.token ?? '', rotated.data.token, revoked.data.status]
}
`

  test('compiles against its types, which know every field', async () => {
    const generated = astToString(await openapiTypescript(JSON.parse(JSON.stringify(document))))
    const folder = dirname(fileURLToPath(import.meta.url))
    const files = new Map([
      [join(folder, 'generated.ts'), generated],
      [join(folder, 'generated-client.ts'), script],
    ])
    expect(complaintsAbout(files)).toEqual([])
  }, 60_000)

  test('creates, rotates and revokes a key', async () => {
    const { api, keyring } = await world()
    // The same calls as above, without their types.
    const client = createClient({
      baseUrl: 'http://api.example',
      headers: { 'x-test-user': 'ada' },
      fetch: (request: Request) => api.fetch(request),
    }) as unknown as {
      readonly [Method in 'POST' | 'DELETE']: (path: string, options: object) => Promise<{ readonly data: never }>
    }
    const made: { key: { id: string }; token: string } = (
      await client.POST('/keys', { body: { name: 'CI', environment: 'ci', permissions: ['prompts:read'] } })
    ).data
    const params = { path: { id: made.key.id } }
    const rotated: { token: string } = (
      await client.POST('/keys/{id}/rotate', { params, body: { overlapSeconds: 60 } })
    ).data
    for (const { token } of [made, rotated]) expect(await keyring.verify(token)).toMatchObject({ ok: true })
    const revoked = await client.DELETE('/keys/{id}', { params, body: { reason: 'Done' } })
    expect(revoked.data).toMatchObject({ status: 'revoked', revokedReason: 'Done' })
    expect(await keyring.verify(rotated.token)).toMatchObject({ code: 'key_revoked' })
  })
})

/** What the compiler says of files that are in memory only. */
function complaintsAbout(files: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => files.has(file) || fileExists(file)
  host.readFile = (file) => files.get(file) ?? readFile(file)
  host.getSourceFile = (file, target) => {
    const text = files.get(file)
    return text === undefined ? getSourceFile(file, target) : ts.createSourceFile(file, text, target, true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}
