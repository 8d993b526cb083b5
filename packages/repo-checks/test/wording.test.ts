import { describe, expect, test } from 'vitest'
import { readText, repositoryFiles } from '../src/repository-files.ts'
import { archaicWords } from '../src/wording.ts'

// The lint and its test name the words that they find.
const own = new Set(['packages/repo-checks/src/wording.ts', 'packages/repo-checks/test/wording.test.ts'])
const files = ['.md', '.ts', '.mts', '.mjs', '.js'].flatMap(repositoryFiles).filter((file) => !own.has(file))

test('pages, comments, messages and titles are in modern English', () => {
  expect(files).toContain('README.md')
  expect(files).toContain('packages/core/src/keyring.ts')
  expect(archaicWords(new Map(files.map((file) => [file, readText(file)])))).toEqual([])
})

describe('an archaic word is found', () => {
  const found = (file: string, line: string): string[] =>
    archaicWords(new Map([[file, `first\n${line}`]])).map((complaint) => complaint.replace(/: write .*/, ''))

  test.each([
    ['Whoever rotates gets the token.', 'Whoever'],
    ['It is handed to whatever asks.', 'to whatever'],
    ['For how long keys are kept.', 'For how long'],
    ['The age from which on a rotation is due.', 'from which on'],
    ['Counted from when it was made.', 'from when'],
    ['It is read anew.', 'anew'],
    ['How to mend it.', 'mend'],
    ['Others hear of it.', 'hear of'],
    ['What is to become of a request.', 'is to become'],
    ['Nobody can tell.', 'Nobody'],
    ['Told of every change.', 'Told of'],
    ['Hence it fails.', 'Hence'],
    ['Only who may see it.', 'Only who may'],
    ['A slip of the pen.', 'slip of the pen'],
    ['It would fail, were it stored.', ', were it'],
    ['It stays for ever.', 'for ever'],
    ['A status that is none.', 'that is none'],
    ['Owners that are no people.', 'that are no people'],
    ['It says nothing of the key.', 'says nothing of'],
    ['A copy of a keyring is none.', 'is none'],
    ['It makes none and waits.', 'makes none'],
    ['The key is gone for good.', 'for good'],
    ['It is refused all the same.', 'all the same'],
    ['It goes on trying.', 'goes on trying'],
    ['It takes some eighty statements.', 'some eighty'],
    ['It waits some 400 ms.', 'some 4'],
    ['At most so long.', 'so long.'],
    ['A client of yours.', 'of yours'],
    ['What `watch` was told.', 'What `` was told'],
  ])('in a page: %s', (line, words) => {
    expect(found('a.md', line)).toEqual([`a.md:2 "${words}"`])
  })

  test.each([
    'Default: there is none. The type is none of these. A secret for good keys.',
    'They go on to be stored. It takes some time, and so long as it runs, it is told apart.',
  ])('but not where modern English has it: %s', (line) => {
    expect(found('a.md', line)).toEqual([])
  })

  test('in a comment, a docstring, a message and a title', () => {
    expect(found('a.ts', '  // Nobody waits.')).toEqual(['a.ts:2 "Nobody"'])
    expect(found('a.ts', '   * Nobody waits.')).toEqual(['a.ts:2 "Nobody"'])
    expect(found('a.ts', 'run() // nobody waits')).toEqual(['a.ts:2 "nobody"'])
    expect(found('a.ts', "throw new Error('nobody waits')")).toEqual(['a.ts:2 "nobody"'])
    expect(found('a.ts', 'test(`nobody waits for ${name}`, run)')).toEqual(['a.ts:2 "nobody"'])
  })

  test('but not in code, nor in a name within a sentence', () => {
    expect(found('a.ts', "const nobody = { id: 'nobody' }")).toEqual([])
    expect(found('a.ts', '// The account `nobody` of the system.')).toEqual([])
    expect(found('a.md', 'The account `nobody` of the system.')).toEqual([])
  })
})
