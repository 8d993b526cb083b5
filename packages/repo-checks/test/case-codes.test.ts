import { expect, test } from 'vitest'
import { caseCodes } from '../src/case-codes.ts'
import { readText, repositoryFiles } from '../src/repository-files.ts'

// Minified: it calls its variables what looks like a code.
const kept = 'packages/fault-lab/test/fixtures/version-1/process.mjs'
const prose = ['.ts', '.mts', '.mjs', '.js', '.cjs', '.lua', '.md', '.yml']
  .flatMap(repositoryFiles)
  .filter((file) => file !== kept)

test('no title, comment or page cites a case by a code', () => {
  expect(prose).toContain('packages/core/src/keyring.ts')
  expect(caseCodes(new Map(prose.map((file) => [file, readText(file)])))).toEqual([])
})

test('a code is found, in a title, a comment and a list; names of algorithms and releases are not codes', () => {
  const [letter, pair] = ['M', 'HS']
  const lapse = [
    `test('${letter}-24: refuses it')`,
    `/** ${letter}9: why */`,
    `fails: ['${pair}-4', 'x']`,
    'SHA-256, UTF-8, HS256, RFC 9110, Node20',
  ].join('\n')
  expect(caseCodes(new Map([['a.ts', lapse]]))).toEqual([
    `a.ts:1 ${letter}-24`,
    `a.ts:2 ${letter}9:`,
    `a.ts:3 ${pair}-4`,
  ])
})
