import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../../tools/workspaces.mjs'
import { complaints, sourceProgram } from '../src/program.ts'
import { anyInExports, undocumentedExports } from '../src/public-surface.ts'
import { nestedRepetitions } from '../src/regular-expressions.ts'
import {
  folderCycles,
  globalTimers,
  importCycles,
  indexImports,
  longFiles,
  maxLines,
  type NonAscii,
  nonAscii,
} from '../src/source-shape.ts'
import { entryPoints, type Member, readTree } from '../src/tree.ts'

const tree = readTree()
const entries = tree.flatMap((member) => [...entryPoints(member).values()])

// A shortened token is shown with an ellipsis.
const exceptions: readonly NonAscii[] = [
  { file: 'packages/core/src/token/token.ts', characters: '\u2026' },
  { file: 'packages/testing/src/records.ts', characters: '\u2026' },
]

describe('this repository', () => {
  const program = sourceProgram(entries)

  test('has entry points to look at', () => {
    expect(entries).toContain('packages/core/src/index.ts')
    expect(complaints(program.getGlobalDiagnostics())).toEqual([])
  })

  test('has no file that imports the index of its own package', () => {
    expect(indexImports(tree)).toEqual([])
  })

  test('has no import cycles', () => {
    expect(importCycles(tree)).toEqual([])
  })

  test('has no import cycles between the folders of core', () => {
    expect(folderCycles(tree)).toEqual([])
  })

  test('writes its sources in ASCII, but for the listed exceptions', () => {
    expect(nonAscii(tree, exceptions)).toEqual([])
  })

  test(`has no source file over ${maxLines} lines`, () => {
    expect(longFiles(tree)).toEqual([])
  })

  test('takes its timers from one place, where fakes of a test do not reach', () => {
    expect(globalTimers(tree)).toEqual([])
  })

  // Without one, the lint reads the tests with settings of its own, and sees other types before a build than after.
  test('has no regular expression that a short text can occupy for minutes', () => {
    expect(nestedRepetitions(tree)).toEqual([])
  })

  test('has a tsconfig.json in every folder of tests', () => {
    const folders = tree
      .filter(({ files }) => [...files.keys()].some((file) => /\/test\/.*\.tsx?$/.test(file)))
      .map(({ path }) => `${path}/test/tsconfig.json`)
    expect(folders.length).toBeGreaterThan(10)
    expect(folders.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  test('explains every public export', () => {
    expect(undocumentedExports(program, entries)).toEqual([])
  })

  test('has no `any` in its public surface', () => {
    expect(anyInExports(program, entries)).toEqual([])
  })
})

describe('a lapse is found', () => {
  test('a timer of the globals', () => {
    const lapse = member({
      'src/a.ts': '// setTimeout(x)\nconst a = setTimeout(work, 5)\nconst b = timers.setImmediate',
    })
    expect(globalTimers([lapse])).toEqual(['packages/core/src/a.ts:2 uses a timer that tests replace'])
  })

  const member = (files: Record<string, string>): Member => ({
    path: 'packages/core',
    manifest: {
      name: '@claviger/core',
      version: '0.0.0',
      exports: { './http': { '@claviger/source': './src/http/index.ts' } },
    },
    files: new Map(Object.entries(files).map(([file, text]) => [`packages/core/${file}`, text])),
  })

  test.each([
    ['/^(a+)+$/', '(a+)+'],
    ['/x(?:\\u2026|\\.{2,}|\\*+)+y/', '(?:\\u2026|\\.{2,}|\\*+)+'],
    ['/([\\w-]+\\s?){2,}/', '([\\w-]+\\s?){'],
    ['/(?:(?:ab)*c?)*/', '(?:(?:ab)*c?)*'],
    ['/(?:\\d+,)*/', '(?:\\d+,)*'],
  ])('a repetition within a repetition: %s', (literal, group) => {
    const lapse = member({ 'src/a.ts': `// /(a+)+/\nconst found = ${literal}.test(text)` })
    expect(nestedRepetitions([lapse])).toEqual([`packages/core/src/a.ts:2 repeats ${group}`])
  })

  test.each(['/(?:,[0-9]+)*/', '/(?:ab)+/', '/(?:a+)?b/', '/[(a+)]+/', '/\\(a+\\)+/', '/(?:\\/\\w+)*/', '/(?::0+)*/'])(
    'but no repetition behind a separator, and none of its own: %s',
    (literal) => {
      expect(nestedRepetitions([member({ 'src/a.ts': `const found = ${literal}.test(text)` })])).toEqual([])
    },
  )

  test('an import of an index', () => {
    const broken = member({
      'src/a.ts': "import './index.ts'",
      'src/b.ts': "\nimport './http/index.ts'",
      'src/index.ts': "export * from './http/index.ts'",
      'test/a.test.ts': "import '../src/index.ts'",
    })
    expect(indexImports([broken])).toEqual([
      'packages/core/src/a.ts:1 imports packages/core/src/index.ts',
      'packages/core/src/b.ts:2 imports packages/core/src/http/index.ts',
    ])
  })

  test('a cycle, even of types, and a file that imports itself', () => {
    const broken = member({
      'src/a.ts': "import './b.ts'",
      'src/b.ts': "import './x/c.ts'",
      'src/x/c.ts': "import type { B } from '../b.ts'",
      'src/d.ts': "import './d.ts'",
    })
    expect(importCycles([broken])).toEqual([
      'packages/core/src/b.ts -> packages/core/src/x/c.ts -> packages/core/src/b.ts',
      'packages/core/src/d.ts -> packages/core/src/d.ts',
    ])
  })

  test('a cycle between folders of core, whichever files make it; the root puts all together', () => {
    const broken = member({
      'src/keyring.ts': "import './keys/a.ts'\nimport './usage/b.ts'",
      'src/keys/a.ts': "import '../usage/reading/c.ts'\nimport type { K } from '../keyring.types.ts'",
      'src/usage/b.ts': "import './reading/c.ts'",
      'src/usage/reading/c.ts': "import type { D } from '../d.ts'",
      'src/usage/d.ts': "import '../keys/rules/e.ts'",
      'src/keys/rules/e.ts': "import './f.ts'",
    })
    const of = (file: string) => `packages/core/src/${file}`
    expect(importCycles([broken])).toEqual([])
    expect(folderCycles([broken])).toEqual([
      `keys -> usage -> keys: ${of('keys/a.ts')} imports ${of('usage/reading/c.ts')}, ` +
        `${of('usage/d.ts')} imports ${of('keys/rules/e.ts')}`,
      `usage -> usage/reading -> usage: ${of('usage/b.ts')} imports ${of('usage/reading/c.ts')}, ` +
        `${of('usage/reading/c.ts')} imports ${of('usage/d.ts')}`,
    ])
  })

  test('a stray character, a bidirectional mark, and an exception that has lost its reason', () => {
    const broken = member({
      'src/a.ts': 'a \u2026 // \u2026\nb \u2192 // \u202e',
      'src/b.ts': ' * \u2026\n"\u2026"',
      'test/a.test.ts': '\u2026',
    })
    const excused = [{ file: 'packages/core/src/a.ts', characters: '\u2026\u00a7' }]
    expect(nonAscii([broken], excused)).toEqual([
      'packages/core/src/a.ts:2 contains U+2192',
      'packages/core/src/a.ts:2 contains U+202E',
      'packages/core/src/b.ts:2 contains U+2026',
      'packages/core/src/a.ts no longer needs U+00A7',
    ])
  })

  test('a long file', () => {
    expect(longFiles([member({ 'src/a.ts': '\n'.repeat(maxLines), 'src/b.ts': '\n'.repeat(maxLines + 1) })])).toEqual([
      `packages/core/src/b.ts has ${maxLines + 1} lines`,
    ])
  })

  describe('in the public surface', () => {
    const file = join(root, 'packages/core/src/fixture.ts')
    const text = `
      import type { Gone } from 'gone'
      /** Documented. */
      export interface Outer { readonly inner: Inner; readonly gone: Gone }
      interface Inner { run(value: Array<any>, fine: \`a\${string}b\`): void }
      export function undocumented(): number { const inside: any = 1; return inside }
      /** Documented. */
      export const parsed = JSON.parse('1')
      /** Documented. */
      export class Fine { private hidden: any; constructor(readonly a: string) {} }
    `
    const program = sourceProgram([], new Map([[file, text]]))

    test('an export without a docstring', () => {
      expect(undocumentedExports(program, [file])).toEqual(['packages/core/src/fixture.ts:6 undocumented'])
    })

    test('an explicit, inferred or unresolved `any`, however deep, but none in a body', () => {
      expect(anyInExports(program, [file])).toEqual([
        'packages/core/src/fixture.ts:5 any',
        'packages/core/src/fixture.ts:4 Gone',
        "packages/core/src/fixture.ts:8 parsed = JSON.parse('1')",
      ])
    })
  })
})
