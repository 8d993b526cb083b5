import { describe, expect, test } from 'vitest'
import { linksFrom } from '../src/visit/links.ts'

/** Where a browser that shows `seen` goes for a link from the page `inside` the mount. */
function followed(seen: string, inside: string, target: string, publicPath?: string): string {
  return new URL(linksFrom(inside, seen, publicPath)(target), `http://host${seen}`).pathname
}

describe('links of a page', () => {
  const mounts = ['', '/x', '/settings/api-keys', '/ws/acme/keys', '/a%20b/x']
  const pages = ['/', '/usage', '/keys/abc', '/keys/abc/revoke']
  test.each(mounts.flatMap((mount) => pages.map((inside) => [mount, inside] as const)))(
    'lead to the right place from mount "%s" on page %s',
    (mount, inside) => {
      const seen = `${mount}${inside}`
      expect(followed(seen, inside, 'keys/abc/edit')).toBe(`${mount}/keys/abc/edit`)
      expect(followed(`${seen.replace(/\/$/, '')}/`, inside, 'usage')).toBe(`${mount}/usage`)
      expect(followed(seen, inside, '')).toBe(`${mount}/`)
    },
  )

  test('lead to the right place from a mount without a slash at its end', () => {
    expect(followed('/settings/api-keys', '/', 'keys/new')).toBe('/settings/api-keys/keys/new')
  })

  test('ignore the query of the page', () => {
    expect(followed('/x/keys?a=/b/', '/keys', 'usage')).toBe('/x/usage')
  })

  test('never lead to another host', () => {
    expect(linksFrom('/', '//evil.example', undefined)('usage')).toBe('./evil.example/usage')
  })

  test('start at the public path where a proxy renames the mount', () => {
    expect(followed('/renamed', '/', 'keys/new', '/renamed')).toBe('/renamed/keys/new')
    expect(followed('/renamed/keys/a', '/keys/a', 'usage', '/renamed/')).toBe('/renamed/usage')
  })
})
