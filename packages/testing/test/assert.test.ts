import { readdirSync, readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { assert } from '../src/assert.ts'

const foreign = (code: string): unknown => runInNewContext(`(${code})`)

describe('deepEqual', () => {
  test.each([
    ['["a5"]', ['a5']],
    ['{ a: [1, { b: null }] }', { a: [1, { b: null }] }],
    ['new Map([["a", [1]]])', new Map([['a', [1]]])],
    ['Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
  ])('says yes to equal contents of another realm: %s', (code, here) => {
    assert.deepEqual(foreign(code), here)
    assert.deepEqual(here, foreign(code))
  })

  test.each([
    ['["a5"]', ['a6']],
    ['{ a: 1 }', { a: 1, b: undefined }],
    ['{ a: 1 }', { a: '1' }],
    ['new Map([["a", [1]]])', new Map([['a', [2]]])],
    ['new Map()', {}],
    ['[]', {}],
    ['new Date(0)', new Date(1)],
    ['[undefined]', [null]],
  ])('says no to others: %s, %j', (code, here) => {
    expect(() => assert.deepEqual(foreign(code), here)).toThrow()
    expect(() => assert.deepEqual(here, foreign(code))).toThrow()
  })
})

test('the suites compare with it, never with an assertion that looks at prototypes', () => {
  const sources = new URL('../src/', import.meta.url)
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const importing = files.filter((file) => readFileSync(new URL(file, sources), 'utf8').includes('node:assert'))
  expect(importing).toEqual(['assert.ts'])
})
