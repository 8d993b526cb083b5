import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  challenge,
  type DenialCode,
  denialTable,
  type ProblemDocument,
  problemDocument,
  problemMediaType,
} from '@claviger/core/http'
import { problemTable } from '@claviger/management'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { root } from '../../../tools/workspaces.mjs'
import { brokenLinks } from '../src/broken-links.ts'
import { exportedCodes } from '../src/codes.ts'
import { anchors, codeBlocks, links } from '../src/markdown.ts'
import { complaints, sourceProgram } from '../src/program.ts'
import { readText, repositoryFiles } from '../src/repository-files.ts'
import { entryPoints, readTree } from '../src/tree.ts'

const pages = new Map(repositoryFiles('.md').map((file) => [file, readText(file)]))

describe('links', () => {
  test('between our pages lead to a file, and to a heading it has', () => {
    expect(pages.size).toBeGreaterThan(0)
    expect(brokenLinks(pages, (file) => existsSync(join(root, file)))).toEqual([])
  })

  test('that are broken are found', () => {
    const text = [
      '# One `two`, three!',
      '[a](b.md) [a](../docs/b.md#there) ![a](gone.png "title") [a](#one-two-three) [a](https://example.com/x)',
      '[a](b.md#gone) [a](/b.md) [a](#gone)',
      '`[a](in-code.md)`',
      '```md',
      '[a](in-block.md)',
      '```',
      '[a]: gone.md',
    ].join('\n')
    const fixture = new Map([
      ['docs/a.md', text],
      ['docs/b.md', '# B\n\n## There\n'],
    ])
    expect(brokenLinks(fixture, (file) => fixture.has(file))).toEqual([
      'docs/a.md:2 gone.png',
      'docs/a.md:3 b.md#gone: no such heading',
      'docs/a.md:3 /b.md',
      'docs/a.md:3 #gone: no such heading',
      'docs/a.md:8 gone.md',
    ])
  })

  test('headings become anchors as on GitHub, numbered when they repeat', () => {
    expect([...anchors('# A\n## `x`: [y](z) & _w_\n```\n# not\n```\n# A\n')]).toEqual(['a', 'x-y--_w_', 'a-1'])
  })
})

describe('codes', () => {
  const core = readTree().filter(({ path }) => path === 'packages/core')
  const entries = core.flatMap((member) => Array.from(entryPoints(member).values()))
  const codes = exportedCodes(sourceProgram(entries), entries)
  const index = new Set(links(readText('docs/errors/README.md')).map(({ target }) => target.replace('./', '')))
  // What a diagnosis finds is explained where diagnosing is; most of its codes are refusals, and have pages as such.
  const { DiagnosisCode: diagnosed = [], ...others } = Object.fromEntries(codes)
  const all = [...new Set(Object.values(others).flat())].toSorted()

  test('are exported as unions of their names', () => {
    expect([...codes.keys()]).toEqual(expect.arrayContaining(['ErrorCode', 'RefusalCode']))
    expect(all).toEqual(
      expect.arrayContaining([
        'ERR_CLAVIGER_CONFIGURATION',
        'insufficient_permission',
        'invalid_key',
        'missing_credentials',
        'multiple_credentials',
        'temporarily_unavailable',
      ]),
    )
  })

  test('have a page each, which names them', () => {
    expect(all.filter((code) => !readText(`docs/errors/${code}.md`).includes(code))).toEqual([])
  })

  test('are all in the index', () => {
    expect(all.filter((code) => !index.has(`${code}.md`))).toEqual([])
  })

  test('of diagnoses are all in the guide', () => {
    expect(diagnosed).toContain('wrong_secret')
    const guide = readText('docs/guides/troubleshooting.md')
    expect(diagnosed.filter((code) => !guide.includes(`\`${code}\``))).toEqual([])
  })

  test('of the management API are all in its guide', () => {
    const guide = readText('docs/guides/management-api.md')
    const known = Object.entries(problemTable)
    expect(known.length).toBeGreaterThan(20)
    const row = (code: string, status: number): string => `| ${status} | \`${code}\` |`
    expect(known.filter(([code, { status }]) => !guide.includes(row(code, status)))).toEqual([])
  })

  test('have no page left over from a code that is gone', () => {
    const named = repositoryFiles('.md').flatMap((file) => /^docs\/errors\/(.+)\.md$/.exec(file)?.[1] ?? [])
    expect(named.filter((name) => name !== 'README' && !all.includes(name))).toEqual([])
  })
})

describe('the answers shown on the pages of denials', () => {
  test.each(Object.keys(denialTable) as DenialCode[])('%s is what is sent', (code) => {
    const shown = codeBlocks(readText(`docs/errors/${code}.md`)).find(({ info }) => info === 'http')
    const [head = '', body = ''] = (shown?.code ?? '').split('\n\n', 2)
    const problem = JSON.parse(body) as ProblemDocument
    const { hint, requiredPermissions } = problem
    const refusal = { code, ...(hint === undefined ? {} : { hint }) }
    expect(JSON.stringify(problem)).toBe(JSON.stringify(problemDocument(refusal, requiredPermissions)))
    const sent = new Map(
      head
        .split('\n')
        .slice(1)
        .map((line) => line.split(/: (.*)/, 2) as [string, string]),
    )
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${problem.status} `))
    expect(sent.get('WWW-Authenticate')).toBe(challenge(code, 'api', requiredPermissions))
    expect(sent.get('Content-Type')).toBe(problemMediaType)
    expect(sent.get('Cache-Control')).toBe('no-store')
  })
})

describe('TypeScript in the documentation', () => {
  const blocks = [...pages].flatMap(([page, text]) =>
    codeBlocks(text)
      .filter(({ info }) => info === 'ts')
      .map(({ code, line }) => ({ page, code, line })),
  )

  test('compiles against the sources', () => {
    expect(compile(new Map(blocks.map(({ page, code, line }) => [`${page}:${line}`, code])))).toEqual([])
  })

  test('that does not compile is found', () => {
    const found = compile(new Map([['x.md:1', "import { gone } from '@claviger/core/store'\nconst one: string = 1"]]))
    expect(found).toEqual([
      expect.stringMatching(/^x\.md:1 .*has no exported member 'gone'/),
      expect.stringMatching(/^x\.md:1 .*Type 'number' is not assignable/),
    ])
  })

  test('is found in fences, with their info and their mark', () => {
    const text = '<!-- test: koa -->\n\n```js\na\n```\n\n~~~ts no-check\n```\n~~~\n'
    expect(codeBlocks(text)).toEqual([
      { info: 'js', code: 'a\n', testName: 'koa', line: 3 },
      { info: 'ts no-check', code: '```\n', testName: undefined, line: 7 },
    ])
  })
})

function compile(blocks: ReadonlyMap<string, string>): string[] {
  const names = new Map([...blocks.keys()].map((name, index) => [join(root, `documentation-${index}.ts`), name]))
  const files = new Map([...names].map(([file, name]) => [file, blocks.get(name) ?? '']))
  // A reader's example may declare what it does not use.
  const program = sourceProgram([], files, { noUnusedLocals: false, noUnusedParameters: false })
  return [...names].flatMap(([file, name]) => {
    const source = program.getSourceFile(file)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return complaints(ts.sortAndDeduplicateDiagnostics(found)).map((complaint) => `${name} ${complaint}`)
  })
}
