import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { originForm, unchangeable } from '../../src/mount/target.ts'

describe('the origin form of a target', () => {
  test.each([
    ['/a?b', '/a?b'],
    ['//a', '//a'],
    ['http://host/a?b', '/a?b'],
    ['HTTPS://user@host:1', '/'],
    ['http://host?a=http://b/c', '/?a=http://b/c'],
    ['a/b', '/a/b'],
    ['?a', '/?a'],
    ['*', '/*'],
    ['', '/'],
    ['/a/http://host/b', '/a/http://host/b'],
  ])('of %j is %j', (target, expected) => {
    expect(originForm(target)).toBe(expected)
  })
})

describe('a target that the URL parser leaves alone', () => {
  test.each([
    ['/a\\b#c', '/a%5Cb%23c'],
    ['/\u00e9', '/%E9'],
    ['/\u0101', '/%C4%81'],
    ['/%2F%zz', '/%2F%zz'],
    ['/...', '/...'],
    ['/a?/../b', '/a?/../b'],
  ])('of %j is %j', (target, expected) => {
    expect(unchangeable(target)).toBe(expected)
  })

  test.each(['/.', '/a/..', '/../a', '/%2e', '/a/.%2E/b', '/a/%2e%2e?b', '/..#a'])(
    'does not exist for %s',
    (target) => {
      expect(unchangeable(target)).toBeUndefined()
    },
  )

  test('has the segments that were sent, whatever they are', () => {
    const latin1 = fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)) })
    fc.assert(
      fc.property(latin1, (text) => {
        const safe = unchangeable(`/${text}`)
        if (safe === undefined) return
        const { pathname, search, origin } = new URL(`http://host${safe}`)
        expect(origin).toBe('http://host')
        const count = (path: string): number => path.split('/').length
        expect(count(pathname)).toBe(count(`/${text}`.split('?', 1)[0] ?? ''))
        expect(search.length > 0 || !/\?./.test(safe)).toBe(true)
      }),
    )
  })
})
