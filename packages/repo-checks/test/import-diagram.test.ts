import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Manifest, root } from '../../../tools/workspaces.mjs'
import { allowedPackages, dependencyViolations, diagramViolations } from '../src/import-diagram.ts'
import { readImports } from '../src/imports.ts'
import { type Member, readTree } from '../src/tree.ts'

const tree = readTree()
const rootManifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

describe('this repository', () => {
  test('has sources to look at', () => {
    expect(tree.map(({ path }) => path)).toContain('packages/core')
    expect(tree.find(({ path }) => path === 'packages/core')?.files.size).toBeGreaterThan(10)
  })

  test('imports only along the arrows of ARCHITECTURE.md', () => {
    expect(diagramViolations(tree)).toEqual([])
  })

  test('declares exactly the dependencies that it imports', () => {
    expect(dependencyViolations(tree, Object.keys(rootManifest.devDependencies ?? {}))).toEqual([])
  })

  test('gives core three dependencies and no peers', () => {
    const core = tree.find(({ path }) => path === 'packages/core')?.manifest
    expect(Object.keys(core?.dependencies ?? {}).toSorted()).toEqual(allowedPackages('core').toSorted())
    expect(core?.peerDependencies).toBeUndefined()
  })
})

describe('a broken diagram is found', () => {
  const entry = (source: string): Record<string, string> => ({ '@claviger/source': source })
  const member = (path: string, text: string, manifest: Partial<Manifest> = {}, file = 'src/a.ts'): Member => ({
    path,
    manifest: { name: path.replace('packages/', '@claviger/'), version: '0.0.0', ...manifest },
    files: new Map([[`${path}/${file}`, text]]),
  })
  const core = member('packages/core', '', {
    exports: { '.': entry('./src/index.ts'), './http': entry('./src/http/index.ts') },
  })
  const memory = member('packages/store-memory', '', { exports: { '.': entry('./src/index.ts') } })
  const violations = (path: string, text: string, file?: string): string[] =>
    diagramViolations([core, memory, member(path, text, {}, file)])

  test.each([
    ['a framework in core', 'packages/core', "import express from 'express'", /core must not/],
    [
      'a store in an adapter',
      'packages/express',
      "import { memoryStore } from '@claviger/store-memory'",
      /express must not/,
    ],
    [
      'a store in an adapter, as a type',
      'packages/koa',
      "export type { A } from '@claviger/store-memory'",
      /koa must not/,
    ],
    ['one store in another', 'packages/store-memory', "import '@claviger/store-redis'", /not a public entry point/],
    [
      'core/http in a store',
      'packages/store-memory',
      "import { a } from '@claviger/core/http'",
      /store-memory must not/,
    ],
    ['core/http inside core', 'packages/core', "import { a } from './http/a.ts'", /core must not/],
    ['a framework at run time', 'packages/express', "import { Router } from 'express'", /only take its types/],
    ['a framework behind an inline type', 'packages/koa', "import { type Context } from 'koa'", /only take its types/],
    ['the other framework', 'packages/koa', "import type { Request } from 'express'", /koa must not/],
    ['a dynamic import', 'packages/testing', "await import('vitest')", /testing must not/],
    ['a require', 'packages/testing', "require('vitest')", /testing must not/],
    ['an import type', 'packages/core', "let a: import('express').Request", /core must not/],
    ['a re-export', 'packages/core', "export * from 'ioredis'", /core must not/],
    ['an augmentation', 'packages/core', "declare module 'koa' {}", /core must not/],
    ['a computed name', 'packages/core', 'await import(name)', /computed name/],
    [
      'a private file of another package',
      'packages/koa',
      "import '@claviger/core/src/a.ts'",
      /not a public entry point/,
    ],
    ['a path into another package', 'packages/koa', "import '../../core/src/a.ts'", /outside its own sources/],
    ['a built-in without its scheme', 'packages/core', "import { join } from 'path'", /without "node:"/],
    ['a package without a row', 'packages/unheard-of', "import '@claviger/core'", /no row/],
    ['the own package by name', 'packages/core', "import '@claviger/core'", /own package by name/],
  ])('%s', (_title, path, text, expected) => {
    expect(violations(path, text)).toEqual([expect.stringMatching(expected)])
    expect(violations(path, text)[0]).toContain(`${path}/src/a.ts:1 `)
  })

  test('management in what answers requests', () => {
    const text = "import { a } from '../keys/facade/manager.ts'"
    expect(violations('packages/core', text, 'src/verify/a.ts')).toEqual([
      'packages/core/src/verify/a.ts:1 imports packages/core/src/keys/facade/manager.ts: verification, of management',
    ])
    expect(violations('packages/core', text, 'src/diagnosis/a.ts')).toEqual([])
  })

  test('and what the diagram allows is not', () => {
    expect(
      violations('packages/express', "import '@claviger/core/http'; import type { Request } from 'express'"),
    ).toEqual([])
    expect(violations('packages/core', "import '../errors.ts'; import 'node:fs'", 'src/http/a.ts')).toEqual([])
    expect(violations('packages/core', "import { LRUCache } from 'lru-cache'")).toEqual([])
    expect(violations('packages/core', "import 'express'", 'test/a.test.ts')).toEqual([])
    expect(violations('examples/api', "import '@claviger/core/http'; import 'express'")).toEqual([])
  })

  test('undeclared, unused and misplaced dependencies are found', () => {
    const broken: Member = {
      path: 'packages/koa',
      manifest: {
        name: '@claviger/koa',
        version: '0.0.0',
        dependencies: { 'lru-cache': '1' },
        peerDependencies: { koa: '1', '@types/koa': '1' },
        devDependencies: { koa2: '1' },
      },
      files: new Map([
        ['packages/koa/src/a.ts', "import type { Context } from 'koa'; import { nanoid } from 'nanoid'"],
        ['packages/koa/test/a.test.ts', "import { test } from 'vitest'; import 'supertest'"],
      ]),
    }
    expect(dependencyViolations([broken], ['vitest'])).toEqual([
      '@claviger/koa: src imports nanoid, which is not a dependency',
      '@claviger/koa: depends on lru-cache, which src never imports',
      '@claviger/koa: test imports supertest, which is not a devDependency',
      '@claviger/koa: has the devDependency koa2, which nothing imports',
    ])
  })
})

test('imports are read with their line, and comments and strings are not imports', () => {
  const text = "// import 'a'\nconst b = \"import 'b'\"\nimport type { C } from 'c'\nexport { type D } from 'd'\n"
  expect(readImports('x.ts', text)).toEqual([
    { specifier: 'c', typeOnly: true, line: 3 },
    { specifier: 'd', typeOnly: false, line: 4 },
  ])
})
