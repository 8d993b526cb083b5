import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../../tools/workspaces.mjs'
import { unmapped } from '../src/maps.ts'
import { readText } from '../src/repository-files.ts'

const architecture = readText('ARCHITECTURE.md')

describe('ARCHITECTURE.md names', () => {
  test('every package', () => {
    const packages = foldersIn('packages').map((name) => `packages/${name}`)
    expect(packages).toContain('packages/core')
    expect(unmapped(architecture, packages)).toEqual([])
  })

  test('every folder of core', () => {
    const folders = foldersIn('packages/core/src').map((name) => `${name}/`)
    expect(folders).toContain('verify/')
    expect(unmapped(architecture, folders)).toEqual([])
  })

  test('every folder of key management', () => {
    const folders = foldersIn('packages/core/src/keys').map((name) => `${name}/`)
    expect(folders).toContain('rules/')
    expect(unmapped(architecture, folders)).toEqual([])
  })
})

test('a folder that a page names only as a part of another is missed', () => {
  expect(unmapped('`packages/core` and packages/koa', ['packages/core', 'packages/koa', 'packages/co'])).toEqual([
    'packages/koa',
    'packages/co',
  ])
})

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
