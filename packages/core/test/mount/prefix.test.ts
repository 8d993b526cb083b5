import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPrefix } from '../../src/mount/prefix.ts'

describe('a prefix', () => {
  test.each([
    ['/x', '/x', '/'],
    ['/x', '/x/', '/'],
    ['/x', '/x?a=/x', '/?a=/x'],
    ['/x', '/x/y?z', '/y?z'],
    ['/x', '/x//y', '//y'],
    ['/x/', '/x', '/'],
    ['/a/b', '/a/b/c', '/c'],
    ['/:ws/x', '/acme/x/c', '/c'],
    ['/:ws/x', '/%2F/x', '/'],
    ['/', '/a', '/a'],
    ['', '//a', '//a'],
    [undefined, '/a?b', '/a?b'],
  ])('%s takes from %s and leaves %s', (prefix, target, rest) => {
    expect(readPrefix(prefix)(target)).toBe(rest)
  })

  test.each([
    ['/x', '/xy'],
    ['/x', '/X'],
    ['/x', '/'],
    ['/x', '/?/x'],
    ['/x', '//x'],
    ['/x', '/%78'],
    ['/a/b', '/a'],
    ['/a/b', '/a?/b'],
    ['/a/b', '/a//b'],
    ['/:ws/x', '//x'],
    ['/:ws/x', '/acme'],
    ['/:ws', '/'],
  ])('%s has nothing to do with %s', (prefix, target) => {
    expect(readPrefix(prefix)(target)).toBeUndefined()
  })

  test('takes off exactly itself, whatever comes behind it', () => {
    const name = fc.stringMatching(/^[a-z0-9._~-]{1,8}$/).filter((each) => !/^\.{1,2}$/.test(each))
    const rest = fc.stringMatching(/^(?:\/[ -~]{0,12})?$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), rest, (names, behind) => {
        const prefix = `/${names.join('/')}`
        expect(readPrefix(prefix)(prefix + behind)).toBe(behind === '' ? '/' : behind)
      }),
    )
  })
})
