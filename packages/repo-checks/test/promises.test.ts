import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Manifest, publishedPackages, root } from '../../../tools/workspaces.mjs'
import { leaksIn } from '../src/leaks.ts'
import { readText, repositoryFiles } from '../src/repository-files.ts'

const packages = publishedPackages()
const rootManifest: Manifest = JSON.parse(readText('package.json'))

test('there are packages to publish', () => {
  expect(packages.map(({ path }) => path)).toContain('packages/core')
})

describe.each(packages.map(({ name, path, manifest }) => ({ name, path, manifest })))(
  '$name',
  ({ name, path, manifest }) => {
    test('shares version, licence, engines and file list with the others', () => {
      const [first] = packages
      expect(manifest.version).toBe(first?.manifest.version)
      expect(manifest.license).toBe('MIT')
      expect(manifest.engines).toEqual(rootManifest.engines)
      expect(manifest.files).toEqual(manifest.bin === undefined ? ['dist'] : ['bin', 'dist'])
      expect(manifest.type).toBe('module')
      expect(manifest.sideEffects).toBe(false)
      expect(manifest.description).toBeTruthy()
    })

    test('is named after its folder', () => {
      expect(name).toBe(path.replace('packages/', '@claviger/'))
    })

    test('depends on its siblings at exactly their version', () => {
      const siblings = new Map(packages.map((sibling) => [sibling.name, sibling.manifest.version]))
      const asked = Object.entries({
        ...manifest.dependencies,
        ...manifest.devDependencies,
        ...manifest.peerDependencies,
      })
      expect(asked.filter(([other, range]) => siblings.has(other) && siblings.get(other) !== range)).toEqual([])
    })

    test('depends on others without pinning them, so that a fix reaches its users', () => {
      const others = Object.entries(manifest.dependencies ?? {}).filter(([other]) => !other.startsWith('@claviger/'))
      expect(others.filter(([, range]) => !/^(?:\^\d|>=\d[\d.]* <\d)/.test(range))).toEqual([])
    })

    test('offers every entry point to source tests, and to everyone else one implementation with its types', () => {
      const { './package.json': itself, ...entries } = manifest.exports ?? {}
      expect(itself).toBe('./package.json')
      expect(Object.keys(entries)).toContain('.')
      for (const [subpath, target] of Object.entries(entries)) {
        const name = subpath === '.' ? 'index' : subpath.slice(2)
        const folder = subpath !== '.' && existsSync(join(root, path, 'src', name, 'index.ts'))
        const source = folder ? `./src/${name}/index.ts` : `./src/${name}.ts`
        // The order matters: the first condition that holds wins.
        expect(JSON.stringify(target)).toBe(
          JSON.stringify({
            '@claviger/source': source,
            types: `./dist/${name}.d.cts`,
            default: `./dist/${name}.cjs`,
          }),
        )
      }
      expect(manifest.main).toBe('./dist/index.cjs')
      expect(manifest.types).toBe('./dist/index.d.cts')
    })

    test('names the declarations of every subpath where resolution knows no exports', () => {
      const { './package.json': _, '.': __, ...subpaths } = manifest.exports ?? {}
      const wanted = Object.keys(subpaths).map((subpath) => [subpath.slice(2), [`./dist/${subpath.slice(2)}.d.cts`]])
      expect(manifest.typesVersions ?? { '*': {} }).toEqual({ '*': Object.fromEntries(wanted) })
    })
  },
)

describe('no file tells where it was written', () => {
  test('by a path or a registry host', () => {
    const files = repositoryFiles()
    expect(files).toContain('package-lock.json')
    expect(files.flatMap((file) => leaksIn(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
  })

  test('and one that does is found', () => {
    const lines = [
      ['see ', 'work', 'main'].join('/'),
      ['"', 'home', 'ada"'].join('/'),
      ['C:', 'Users', 'ada'].join('\\'),
      ['registry', 'example', 'org'].join('.'),
      `"resolved": "${['https:', '', 'example.org'].join('/')}"`,
      'a registry. And a network/root/x, ./home/x',
    ]
    expect(leaksIn('x', lines.join('\n'))).toEqual([
      "x:1 contains a path of someone's machine",
      "x:2 contains a path of someone's machine",
      "x:3 contains a path of someone's machine",
      'x:4 contains a registry host',
      'x:5 contains a resolved registry address',
    ])
  })
})
