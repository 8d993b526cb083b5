import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { beforeAll, expect, inject, test } from 'vitest'
import { root } from '../../../../tools/workspaces.mjs'
import { installedProject, printedBy, runIn, scratchFolder, writeFiles } from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'
import { codeBlocks } from '../../src/markdown.ts'
import { readText } from '../../src/repository-files.ts'

const packages = { fastify: '5.12.8' }
const tools = await toolsOrSkip(packages)
const project = join(scratchFolder('mounting'), 'project')
const recipe = codeBlocks(readText('docs/guides/mounting.md')).find(({ testName }) => testName === 'fastify')

const api = `
  export const api = {
    async fetch(request) {
      const { pathname } = new URL(request.url)
      return Response.json({ path: pathname, body: request.body === null ? null : await request.json() })
    },
  }
`

const program = `
  import { app } from './fastify.js'
  app.post('/own', async (request) => request.body)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const posted = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"x"}' }
  const ask = async (path, init) => (await fetch(url + path, init)).json()
  console.log(JSON.stringify([
    await ask('/api/api-keys'),
    await ask('/api/api-keys/keys/7'),
    await ask('/api/api-keys/keys', posted),
    await ask('/own', posted),
  ]))
  await app.close()
`

tools.describe('the guide about mounting', () => {
  beforeAll(() => {
    expect(inject('buildFailure')).toBe('')
    installedProject(project, { ours: ['core'], theirs: ['@types/node'] })
    for (const name of Object.keys(packages)) {
      const link = join(project, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(tools.folder(), 'node_modules', name), link)
    }
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    writeFiles(project, {
      'package.json': { private: true, type: 'module' },
      'api.js': api,
      'api.d.ts': 'export declare const api: { fetch(request: Request): Promise<Response> }',
      'fastify.ts': recipe?.code ?? '',
      'fastify.js': ts.transpileModule(recipe?.code ?? '', { compilerOptions }).outputText,
      'program.js': program,
    })
  })

  test('has a recipe for Fastify that compiles', () => {
    writeFiles(project, {
      'tsconfig.json': {
        compilerOptions: {
          module: 'nodenext',
          target: 'es2022',
          strict: true,
          skipLibCheck: true,
          noEmit: true,
          types: ['node'],
        },
        files: ['fastify.ts'],
      },
    })
    const { stdout } = runIn(project, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
    expect(stdout).toBe('')
  })

  test('has one that serves the handler, and leaves other routes their parsers', () => {
    expect(printedBy(project, ['program.js'])).toEqual([
      { path: '/', body: null },
      { path: '/keys/7', body: null },
      { path: '/keys', body: { name: 'x' } },
      { name: 'x' },
    ])
  })
})
