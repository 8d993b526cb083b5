import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { root } from '../../../../tools/workspaces.mjs'
import { installedProject, printedBy, runIn, scratchFolder, writeFiles } from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'
import { codeBlocks } from '../../src/markdown.ts'
import { readText } from '../../src/repository-files.ts'

const packages = {
  '@hono/node-server': '2.1.9',
  '@nestjs/common': '12.5.1',
  '@nestjs/core': '12.5.1',
  '@nestjs/platform-express': '12.5.1',
  '@trpc/server': '11.25.2',
  '@types/ws': '8.18.1',
  fastify: '5.12.8',
  graphql: '16.11.0',
  'graphql-yoga': '5.24.1',
  hono: '4.13.19',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
  ws: '8.23.0',
}
const tools = await toolsOrSkip(packages)
const project = join(scratchFolder('other-frameworks'), 'project')
const recipes = codeBlocks(readText('docs/guides/other-frameworks.md')).flatMap(({ testName, code }) =>
  testName === undefined ? [] : [{ name: testName, code }],
)

const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  experimentalDecorators: true,
}

/** How each recipe is served on a port of its own, and what is asked of it. */
const serving: Readonly<Record<string, { readonly start: string; readonly ask?: string }>> = {
  fastify: {
    start: `const { app } = await import('./fastify.js')
      const url = await app.listen({ port: 0, host: '127.0.0.1' }) + '/v1/prompts'
      const stop = () => app.close()`,
  },
  hono: {
    start: `const { app } = await import('./hono.js')
      const { serve } = await import('@hono/node-server')
      const { server, url } = await new Promise((resolve) => {
        const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
          resolve({ server, url: 'http://127.0.0.1:' + port + '/v1/prompts' }))
      })
      const stop = () => server.close()`,
  },
  nest: {
    start: `await import('reflect-metadata')
      const { NestFactory } = await import('@nestjs/core')
      const { AppModule } = await import('./nest.js')
      const app = await NestFactory.create(AppModule, { logger: false })
      await app.listen(0, '127.0.0.1')
      const url = (await app.getUrl()) + '/v1/prompts'
      const stop = () => app.close()`,
  },
  sse: { start: `const { server } = await import('./sse.js')${listening('/')}` },
  graphql: {
    start: `const { server } = await import('./graphql.js')${listening('/v1/graphql?query={prompts}')}`,
  },
  trpc: {
    start: `const { handle } = await import('./trpc.js')
      const url = 'http://127.0.0.1/v1/trpc/prompts'
      const stop = () => {}`,
    ask: `(headers) => handle(new Request(url, { headers })).then((response) => response.status)`,
  },
  ws: {
    start: `const { server } = await import('./ws.js')${listening('/')}
      const { WebSocket } = await import('ws')`,
    ask: `(headers) => new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { headers })
      socket.on('message', (message) => { resolve(String(message) === 'hello ws_acme' ? 200 : 0); socket.terminate() })
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
      socket.on('error', reject)
    })`,
  },
}

function listening(path: string): string {
  return `
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = 'http://127.0.0.1:' + server.address().port + '${path}'
    const stop = () => { server.close(); server.closeAllConnections() }
  `
}

const plainAsk = `async (headers) => {
  const abort = new AbortController()
  const response = await fetch(url, { headers, signal: abort.signal })
  abort.abort()
  return response.status
}`

/** Those whose server answers with the headers of the decision. */
const withHeaders = ['fastify', 'hono', 'nest', 'sse']

const spending = `
  const asHeaders = await keyOf('prompts:read')
  const seen = []
  for (let turn = 0; turn < 3; turn += 1) {
    const abort = new AbortController()
    const { status, headers } = await fetch(url, { headers: asHeaders, signal: abort.signal })
    abort.abort()
    seen.push([status, headers.get('ratelimit-policy'), headers.get('ratelimit')?.replace(/t=\\d+$/, 't='), headers.has('retry-after')])
  }
  console.log(JSON.stringify(seen))`

const answering = `
  const withKey = await ask(await keyOf('prompts:read'))
  const withOther = await ask(await keyOf('prompts:write'))
  console.log(JSON.stringify({ withKey, withOther, without: await ask({}) }))`

function program({ start, ask = plainAsk }: (typeof serving)[string], work = answering): string {
  return `
    import { systemActor } from '@claviger/core'
    import { keyring } from './keyring.js'
    const keyOf = async (permission) => {
      const owner = { type: 'user', id: 'ada' }
      const input = { name: 'K', environment: 'production', permissions: [permission], owner }
      return { authorization: 'Bearer ' + (await keyring.as(systemActor('ws_acme')).create(input)).token }
    }
    ${start}
    const ask = ${ask}
    ${work}
    await stop()
    await keyring.close()
    process.exit()
  `
}

tools.describe('the guide about other frameworks', () => {
  beforeAll(() => {
    expect(inject('buildFailure')).toBe('')
    installedProject(project, { ours: ['core', 'limits', 'store-memory'], theirs: ['@types/node'] })
    for (const name of Object.keys(packages)) {
      const link = join(project, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(tools.folder(), 'node_modules', name), link)
    }
    writeFiles(project, {
      'package.json': { private: true, type: 'module' },
      ...Object.fromEntries(recipes.map(({ name, code }) => [`${name}.ts`, code])),
      ...Object.fromEntries(
        recipes.map(({ name, code }) => [`${name}.js`, ts.transpileModule(code, { compilerOptions }).outputText]),
      ),
    })
  })

  test('has a recipe for each of them', () => {
    expect(recipes.map(({ name }) => name).toSorted()).toEqual(['keyring', ...Object.keys(serving)].toSorted())
  })

  test('compiles', () => {
    writeFiles(project, {
      'tsconfig.json': {
        compilerOptions: {
          module: 'nodenext',
          target: 'es2022',
          strict: true,
          skipLibCheck: true,
          experimentalDecorators: true,
          noEmit: true,
          types: ['node'],
        },
        files: recipes.map(({ name }) => `${name}.ts`),
      },
    })
    const { stdout } = runIn(project, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
    expect(stdout).toBe('')
  })

  describe('answers 200 with a key, refuses one that may not, and 401 without one', () => {
    test.each(Object.keys(serving))('%s', (name) => {
      const recipe = serving[name]
      if (recipe === undefined) throw new Error(`There is no ${name}`)
      writeFiles(project, { 'run.mjs': program(recipe) })
      // In tRPC's and GraphQL's own form a field is refused within an answer.
      const withOther = name === 'graphql' ? 200 : 403
      expect(printedBy(project, ['run.mjs'])).toEqual({ withKey: 200, withOther, without: 401 })
    })
  })

  describe('tells clients what is left of the limit, and answers 429 beyond it', () => {
    test.each(withHeaders)('%s', (name) => {
      const recipe = serving[name]
      const { code = '' } = recipes.find((one) => one.name === 'keyring') ?? {}
      if (recipe === undefined) throw new Error(`There is no ${name}`)
      const tight = ts.transpileModule(code.replace('requests: 600', 'requests: 2'), { compilerOptions }).outputText
      writeFiles(project, { 'run.mjs': program(recipe, spending), 'keyring.js': tight })
      const policy = '"key";q=2;w=60'
      expect(printedBy(project, ['run.mjs'])).toEqual([
        [200, policy, '"key";r=1;t=', false],
        [200, policy, '"key";r=0;t=', false],
        [429, policy, '"key";r=0;t=', true],
      ])
    })
  })
})
