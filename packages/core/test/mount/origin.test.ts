import fc from 'fast-check'
import { expect, test } from 'vitest'
import { originOf } from '../../src/mount/origin.ts'

test('a host is kept with its port, and the scheme is one of two', () => {
  expect(originOf('https', 'api.test:8443')).toBe('https://api.test:8443')
  expect(originOf('http', '[::1]')).toBe('http://[::1]')
  expect(originOf('javascript', 'api.test')).toBe('http://api.test')
})

test('whatever a client sends as its host, no path, user or query comes of it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webAuthority(), fc.constantFrom('a/b', 'a@b', 'a?b', 'a:b')), (host) => {
      const url = new URL(`${originOf('http', host)}/path?query`)
      expect([url.pathname, url.search, url.username, url.hash]).toEqual(['/path', '?query', '', ''])
    }),
  )
})
