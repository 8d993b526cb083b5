import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { servingApp, served } from '../../src/adoption/app.ts'
import {
  installedProject,
  isWholeMatrix,
  printedBy,
  runIn,
  scratchFolder,
  writeFiles,
} from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'

const versions = ['5.4.5', '5.9.3', '7.0.2'] as const
const frameworks = ['express', 'koa'] as const
const resolutions = ['node10', 'node16', 'nodenext', 'bundler'] as const
const types = ['commonjs', 'module'] as const

interface Cell {
  readonly version: (typeof versions)[number]
  readonly framework: (typeof frameworks)[number]
  readonly resolution: (typeof resolutions)[number]
  readonly type: (typeof types)[number]
}

const cells: readonly Cell[] = versions.flatMap((version) =>
  frameworks.flatMap((framework) =>
    resolutions.flatMap((resolution) => types.map((type) => ({ version, framework, resolution, type }))),
  ),
)

// TypeScript 7 has no such resolution any more.
const isPossible = ({ version, resolution }: Cell): boolean => resolution !== 'node10' || !version.startsWith('7.')
// Each version and each resolution is there, and CommonJS under node10, which most applications have.
const isInEveryRun = ({ version, framework, resolution, type }: Cell): boolean =>
  framework === 'express'
    ? (version === '5.4.5' && type === 'commonjs') ||
      (version === '5.9.3' && resolution === 'node10') ||
      (version === '7.0.2' && type === 'module')
    : version === '5.9.3' && resolution === 'node10' && type === 'commonjs'

const typescript = await toolsOrSkip(
  Object.fromEntries(versions.map((version) => [`typescript-${version}`, `npm:typescript@${version}`])),
)
const scratch = scratchFolder('typescript')
const theirs = { express: ['express', '@types/express'], koa: ['koa', '@types/koa'] }
const projects = new Map<string, string>()

function project(framework: Cell['framework']): string {
  expect(inject('buildFailure')).toBe('')
  const known =
    projects.get(framework) ??
    installedProject(join(scratch, framework), {
      ours: ['core', 'store-memory', framework],
      theirs: [...theirs[framework], '@types/node'],
    })
  projects.set(framework, known)
  return known
}

/** The options an application of that kind has, with everything that our declarations say checked too. */
function tsconfig({ resolution, type }: Cell): object {
  const module = {
    node10: type === 'module' ? 'esnext' : 'commonjs',
    bundler: 'esnext',
    node16: 'node16',
    nodenext: 'nodenext',
  }
  return {
    compilerOptions: {
      module: module[resolution],
      moduleResolution: resolution,
      target: 'es2022',
      lib: ['es2022'],
      strict: true,
      skipLibCheck: false,
      esModuleInterop: true,
      types: ['node'],
      outDir: 'out',
    },
    files: ['app.ts'],
  }
}

function compile(cell: Cell, source: string, folder: string = project(cell.framework)): string {
  const isEmittedAsModule = cell.resolution === 'bundler' || cell.type === 'module'
  writeFiles(folder, {
    'package.json': { private: true, type: cell.type },
    'tsconfig.json': tsconfig(cell),
    'app.ts': source,
    'out/package.json': { type: isEmittedAsModule ? 'module' : 'commonjs' },
  })
  const tsc = join(typescript.folder(), 'node_modules', `typescript-${cell.version}`, 'bin', 'tsc')
  const { stdout, stderr } = runIn(folder, process.execPath, [tsc, '-p', folder])
  return stdout + stderr
}

typescript.describe('an application in TypeScript compiles, its libraries checked too, and serves', () => {
  test.each(cells.filter((cell) => isPossible(cell) && (isWholeMatrix || isInEveryRun(cell))))(
    '$version, resolution $resolution, a $type package, $framework',
    (cell) => {
      expect(compile(cell, servingApp({ framework: cell.framework, typed: true }))).toBe('')
      expect(printedBy(project(cell.framework), ['out/app.js'])).toEqual(served)
    },
  )
})

const ownKey = {
  express: {
    declaration: 'declare global { namespace Express { interface Request { apiKey?: string } } }',
    use: 'export const middleware: express.RequestHandler = (req, _res, next) => { const key: string | undefined = req.apiKey; void key; next() }',
    load: "import express from 'express'",
  },
  koa: {
    declaration: "declare module 'koa' { interface DefaultState { apiKey?: string } }",
    use: 'export const middleware: Koa.Middleware = (ctx, next) => { const key: string | undefined = ctx.state.apiKey; void key; return next() }',
    load: "import Koa from 'koa'",
  },
}

typescript.describe('an application that declares an apiKey of its own', () => {
  const cases = frameworks.flatMap((framework) =>
    (['node10', 'nodenext'] as const).map((resolution) => ({ framework, resolution })),
  )

  test.each(cases)(
    'compiles with the bare entry, and not beside ours: $framework, $resolution',
    ({ framework, resolution }) => {
      const cell: Cell = { version: '5.9.3', framework, resolution, type: 'commonjs' }
      const { load, declaration, use } = ownKey[framework]
      const source = (entry: string): string => `
      import type { Keyring } from '@claviger/core'
      import { apiKeyAuth } from '@claviger/${framework}${entry}'
      ${load}
      ${declaration}
      export const auth = (keyring: Keyring) => apiKeyAuth(keyring).authenticate()
      ${use}
    `
      expect(compile(cell, source('/bare'))).toBe('')
      expect(compile(cell, source(''))).toMatch(/TS2717/)
    },
  )
})

const stores = `
  import { createKeyring, definePermissions } from '@claviger/core'
  import { redisStore } from '@claviger/store-redis'
  import { mysqlStore, postgresStore, sqliteStore } from '@claviger/store-sql'
  import { storeContract, testKeyring } from '@claviger/testing'
  import { Redis } from 'ioredis'
  import { createPool } from 'mysql2'
  import { Pool } from 'pg'

  const permissions = definePermissions({ prompts: ['read'] })
  const stores = [redisStore(new Redis()), postgresStore(new Pool()), mysqlStore(createPool({ host: 'db' }))]
  export const keyrings = stores.map((store) => createKeyring({ prefix: 'acme', store, permissions, owners: 'unbounded' }))
  // @ts-expect-error: an unknown option
  createKeyring({ prefix: 'acme', store: postgresStore(new Pool()), permissions, owners: 'unbounded', stroe: 1 })
  export { sqliteStore, storeContract, testKeyring }
`

typescript.describe('the stores and the contract suites', () => {
  const cases = versions.flatMap((version) => resolutions.map((resolution) => ({ version, resolution })))
  const chosen = cases.filter(
    ({ version, resolution }) =>
      isWholeMatrix || (version === '5.9.3' && resolution !== 'node16') || version === '7.0.2',
  )

  test.each(chosen.filter((one) => isPossible({ ...one, framework: 'express', type: 'commonjs' })))(
    'have declarations that compile: $version, resolution $resolution',
    ({ version, resolution }) => {
      const folder = installedProject(join(scratch, 'stores'), {
        ours: ['core', 'store-memory', 'store-redis', 'store-sql', 'testing', 'express'],
        theirs: ['ioredis', 'mysql2', 'pg', '@types/pg', '@types/node'],
      })
      const compiled = compile({ version, framework: 'express', resolution, type: 'commonjs' }, stores, folder)
      // Drivers have declarations of their own, with faults of their own; only ours are looked at.
      expect(
        compiled.split('\n').filter((line) => !line.startsWith('node_modules/') || line.includes('@claviger')),
      ).toEqual([''])
    },
  )
})
