import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Packed, packAll } from '../../../tools/pack.mjs'
import { publishedPackages, root } from '../../../tools/workspaces.mjs'
import { esmProbe, requireProbe, typedConsumer, useKeyring } from '../src/consumers.ts'
import { copyInstalled, unpack } from '../src/installation.ts'
import { codeBlocks } from '../src/markdown.ts'
import { tryQuickStart } from '../src/quick-start.ts'
import { readText } from '../src/repository-files.ts'

const packages = publishedPackages()
const frameworks = ['express', 'koa'] as const
const runtime = packages
  .flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}))
  .filter((name) => !name.startsWith('@claviger/'))
const brought = { express: ['express', '@types/express'], koa: ['koa', '@types/koa', '@koa/router'] }

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'claviger-packed-')))
const everything = join(scratch, 'everything')
const only = { express: join(scratch, 'express-only'), koa: join(scratch, 'koa-only') }
let packed: readonly Packed[] = []

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  packed = packAll(join(scratch, 'tarballs'))
  const inProject = (project: string, ours: (name: string) => boolean, theirs: readonly string[]): void => {
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true }')
    for (const one of packed) if (ours(one.name)) unpack(one, project)
    copyInstalled([...runtime, ...theirs, '@types/node'], project)
  }
  inProject(everything, () => true, ['express', 'koa'])
  for (const framework of frameworks) {
    const wanted = new Set(['core', 'store-memory', framework].map((name) => `@claviger/${name}`))
    inProject(only[framework], (name) => wanted.has(name), brought[framework])
  }
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe.each(packages.map(({ name, path, manifest }) => ({ name, path, manifest })))(
  '$name',
  ({ name, path, manifest }) => {
    const files = (): readonly string[] => packed.find((one) => one.name === name)?.files ?? []

    test('carries only what its users need', () => {
      expect(files()).toContain('package.json')
      expect(
        files().filter(
          (file) =>
            !/^dist\/[\w-]+((\.types)?\.d\.cts|\.cjs)$|^bin\/\w+\.mjs$|^(package\.json|README\.md|LICENSE)$/.test(file),
        ),
      ).toEqual([])
    })

    test('carries every file that its exports name', () => {
      const targets = JSON.stringify(manifest.exports).match(/\.\/dist\/[^"]+/g) ?? []
      expect(targets.length).toBeGreaterThan(0)
      expect(targets.map((target) => target.slice(2)).filter((target) => !files().includes(target))).toEqual([])
    })

    test('carries its code in one readable file that says where each part comes from', () => {
      const code = readText(`${path}/dist/${path.slice('packages/'.length)}.cjs`)
      expect(code).toMatch(/^\/\/ src\/[\w/-]+\.ts$/m)
      expect(code).toMatch(/^(async )?function \w+\(.*\{$/m)
      expect(code).not.toMatch(/\/\*\*|sourceMappingURL/)
    })

    test('runs in strict mode, as its sources and their tests do', () => {
      const code = readText(`${path}/dist/${path.slice('packages/'.length)}.cjs`)
      expect(code.startsWith('"use strict";\n')).toBe(true)
    })

    test('carries declarations with the docstrings of what it exports', () => {
      const declarations = files().filter((file) => file.endsWith('.d.cts'))
      expect(declarations.map((file) => readText(`${path}/${file}`)).join('')).toMatch(
        /^\/\*\*[^/]+\*\/\n(declare )?\w/m,
      )
    })
  },
)

describe('installed in a project', () => {
  const specifiers = packages.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((subpath) => !subpath.endsWith('.json'))
      .map((subpath) => name + subpath.slice(1)),
  )

  test('every entry point can be imported and required, with the same exports', () => {
    const imported = json(run(everything, 'module', esmProbe(specifiers)))
    expect(Object.keys(imported)).toEqual(specifiers)
    // What only declares types has nothing to export.
    const empty = Object.entries(imported).filter(([, names]) => !Array.isArray(names) || names.length === 0)
    expect(empty.map(([name]) => name)).toEqual(specifiers.filter((name) => name.endsWith('/augment')))
    expect(json(run(everything, 'commonjs', requireProbe(specifiers)))).toEqual(imported)
  })

  test('require() and import give one instance, so that state and classes are shared', () => {
    const code = `
      import { createRequire } from 'node:module'
      import * as core from '@claviger/core'
      const required = createRequire(import.meta.url)('@claviger/core')
      console.log(JSON.stringify({ same: core.createKeyring === required.createKeyring }))
    `
    writeFileSync(join(everything, 'one-instance.mjs'), code)
    const output = execFileSync(process.execPath, ['one-instance.mjs'], { cwd: everything, encoding: 'utf8' })
    expect(json(output)).toEqual({ same: true })
  })

  test('classes and functions have the names that they have in the sources', () => {
    const code = `
      const core = require('@claviger/core')
      const named = Object.entries(core).filter(([, value]) => typeof value === 'function')
      console.log(JSON.stringify({ functions: named.length, renamed: named.filter(([name, { name: own }]) => name !== own) }))
    `
    const { functions, renamed } = json(run(everything, 'commonjs', code))
    expect(functions).toBeGreaterThan(20)
    expect(renamed).toEqual([])
  })

  test.each([
    ['as ES modules', (): string => run(everything, 'module', useKeyring('import'))],
    ['with require()', (): string => run(everything, 'commonjs', useKeyring('require'))],
  ])('a key is made and verified, argon2 included: %s', (_title, verify) => {
    expect(json(verify())).toEqual({ ok: true })
  })
})

describe.each(frameworks)('a project with %s alone', (framework) => {
  test.each([
    ['an ES module, module nodenext', 'consumer.mts', 'nodenext'],
    ['CommonJS, module nodenext', 'consumer.cts', 'nodenext'],
    ['CommonJS, module node16', 'consumer.cts', 'node16'],
  ])('type-checks with its libraries checked too: %s', (_title, file, module) => {
    const project = only[framework]
    writeFileSync(join(project, file), typedConsumer(framework))
    const config = {
      compilerOptions: { module, target: 'es2022', strict: true, skipLibCheck: false, noEmit: true, types: ['node'] },
      files: [file],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    expect(spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' }).stdout).toBe('')
  })

  test('runs the quick start of README.md', async () => {
    const block = codeBlocks(readText('README.md')).find(({ testName }) => testName === framework)
    expect(block, `README.md has no block marked <!-- test: ${framework} -->`).toBeDefined()
    if (block === undefined) return
    const { anonymous, withKey } = await tryQuickStart(block, only[framework])
    expect(anonymous.status).toBe(401)
    expect(JSON.parse(anonymous.body)).toMatchObject({ code: 'missing_credentials' })
    expect(withKey.status).toBe(200)
  })
})

function run(project: string, type: 'module' | 'commonjs', code: string): string {
  const args = [`--input-type=${type}`, '--eval', code]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}

function json(text: string): Record<string, unknown> {
  return JSON.parse(text)
}
