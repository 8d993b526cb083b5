import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'
import { openApiDocument } from '../../src/index.ts'
import { servedWorld } from './serve.ts'

// What someone writes who has only the document: generated types, and a public client over them.
const program = `
import createClient from 'openapi-fetch'
import type { paths } from './api'

export async function story(baseUrl: string) {
  const api = createClient<paths>({ baseUrl, headers: { 'x-test-user': 'ada' } })
  const made = await api.POST('/keys', { body: { name: 'CI', environment: 'ci', permissions: ['prompts:read'] } })
  if (made.error) throw new Error(made.error.code)
  // 201, not the 200 of a repeated call, which has no token.
  if (!('token' in made.data)) throw new Error('It was made before.')
  const { key, token } = made.data
  const path = { id: key.id }
  const rotated = await api.POST('/keys/{id}/rotate', { params: { path }, body: { overlapSeconds: 3600 } })
  if (rotated.error) throw new Error(rotated.error.code)
  const listed = await api.GET('/keys', { params: { query: { status: ['rotating'] } } })
  const revoked = await api.DELETE('/keys/{id}', { params: { path } })
  const missing = await api.GET('/keys/{id}', { params: { path: { id: 'AAAAAAAAAAAAAAAA' } } })
  const code: string | undefined = missing.error?.code
  return { token, next: rotated.data.token, listed: listed.data?.data.length, revoked: revoked.data?.status, code }
}
`

const wrong = `
import createClient from 'openapi-fetch'
import type { paths } from './api'

const api = createClient<paths>({ baseUrl: 'http://127.0.0.1' })
void api.POST('/keys', { body: { nme: 'CI' } })
void api.GET('/key')
`

test('a client that public generators make of the document creates, rotates and revokes a key', {
  timeout: 60_000,
}, async () => {
  const { baseUrl, keyring } = await servedWorld()
  const folder = await mkdtemp(join(tmpdir(), 'claviger-client-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const types = astToString(await openapiTS(JSON.stringify(openApiDocument())))
  await writeFile(join(folder, 'api.d.ts'), types)
  await writeFile(join(folder, 'story.mts'), program)
  await writeFile(join(folder, 'wrong.mts'), wrong)
  const installed = dirname(createRequire(import.meta.url).resolve('openapi-fetch/package.json'))
  await symlink(join(installed, '..'), join(folder, 'node_modules'))

  expect(complaintsOf(folder, 'story.mts')).toEqual([])
  expect(complaintsOf(folder, 'wrong.mts')).toHaveLength(2)

  const module = ts.transpileModule(program, { compilerOptions: { module: ts.ModuleKind.ESNext } }).outputText
  await writeFile(join(folder, 'story.mjs'), module)
  const { story } = (await import(pathToFileURL(join(folder, 'story.mjs')).href)) as {
    readonly story: (baseUrl: string) => Promise<Readonly<Record<'token' | 'next' | 'revoked' | 'code', string>>>
  }
  const { token, next, ...rest } = await story(baseUrl)
  expect(rest).toEqual({ listed: 1, revoked: 'revoked', code: 'not_found' })
  expect(token).not.toBe(next)
  for (const old of [token, next]) expect(await keyring.verify(old)).toMatchObject({ ok: false, code: 'key_revoked' })
})

function complaintsOf(folder: string, file: string): readonly string[] {
  const checked = ts.createProgram([join(folder, file)], {
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    strict: true,
    noEmit: true,
    types: [],
  })
  return ts.getPreEmitDiagnostics(checked).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}
