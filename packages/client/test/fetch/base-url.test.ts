import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBaseUrl, targetOf } from '../../src/fetch/base-url.ts'

const base = parseBaseUrl('https://api.acme.example/v1', false)

describe('a path is added to the base URL', () => {
  test.each([
    ['/prompts', 'https://api.acme.example/v1/prompts'],
    ['prompts', 'https://api.acme.example/v1/prompts'],
    ['prompts/', 'https://api.acme.example/v1/prompts/'],
    ['/prompts?q=a%20b#c', 'https://api.acme.example/v1/prompts?q=a%20b#c'],
    ['?q=1', 'https://api.acme.example/v1?q=1'],
    ['', 'https://api.acme.example/v1'],
    ['/', 'https://api.acme.example/v1/'],
    ['/a/../b', 'https://api.acme.example/v1/b'],
    ['/prompts:search', 'https://api.acme.example/v1/prompts:search'],
    ['/https://other.example', 'https://api.acme.example/v1/https://other.example'],
    ['/a%2f..%2fb', 'https://api.acme.example/v1/a%2f..%2fb'],
  ])('%j', (path, expected) => {
    expect(targetOf(path, base).href).toBe(expected)
    expect(targetOf(path, parseBaseUrl('https://api.acme.example/v1/', false)).href).toBe(expected)
  })

  test('also where that has no path of its own', () => {
    const root = parseBaseUrl('https://api.acme.example', false)
    expect(targetOf('/prompts', root).href).toBe('https://api.acme.example/prompts')
    expect(targetOf('prompts', root).href).toBe('https://api.acme.example/prompts')
    expect(targetOf('?q=1', root).href).toBe('https://api.acme.example/?q=1')
  })
})

describe('an absolute URL', () => {
  test.each([
    'https://api.acme.example/v1/prompts?page=2',
    'https://api.acme.example:443/other',
    'HTTPS://API.ACME.EXAMPLE/v1',
  ])('of the same origin is taken: %s', (url) => {
    expect(targetOf(url, base).origin).toBe(base.origin)
    expect(targetOf(new URL(url), base).origin).toBe(base.origin)
  })

  test.each([
    'https://evil.example/v1/prompts',
    'https://api.acme.example.evil.example/',
    'https://api.acme.example@evil.example/',
    'https://user:secret@api.acme.example/v1',
    'http://api.acme.example/v1',
    'https://api.acme.example:8443/v1',
    '//evil.example/v1',
    '\\\\evil.example/v1',
    '/\\evil.example/v1',
    ' https://evil.example',
    '\t//evil.example',
    'data:text/plain,x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'prompts:search',
  ])('of another is refused: %j', (url) => {
    expect(() => targetOf(url, base)).toThrow(
      expect.objectContaining({ code: 'request_refused', refusal: 'other_origin' }),
    )
  })
})

describe('a path that leads out of the base URL is refused', () => {
  test.each([
    '/../admin',
    '../admin',
    '/prompts/../../admin',
    '/%2e%2e/admin',
    '/.%2E/',
    '/..',
    '/..\\admin',
    '/a/\t../../../b',
  ])('%j', (path) => {
    expect(() => targetOf(path, base)).toThrow(expect.objectContaining({ refusal: 'outside_base_url' }))
  })

  test('as the name of a neighbour that begins alike', () => {
    expect(() => targetOf('/../v10/x', base)).toThrow(expect.objectContaining({ refusal: 'outside_base_url' }))
  })
})

test('no text whatsoever leads to another origin', () => {
  const part = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    ':',
    '@',
    '?',
    '#',
    '%2e',
    '\t',
    '\n',
    ' ',
    'https:',
    'evil.example',
    'v1',
    '\u0000',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
        fc.webUrl(),
        fc.string(),
      ),
      (text) => {
        let url: URL
        try {
          url = targetOf(text, base)
        } catch {
          return
        }
        expect(url.origin).toBe('https://api.acme.example')
      },
    ),
    { numRuns: 2_000 },
  )
})

describe('a base URL', () => {
  test.each([
    'http://localhost:3000',
    'http://app.localhost',
    'http://127.0.0.1:8080/v1',
    'http://127.1.2.3',
    'http://[::1]:3000',
  ])('with http: is taken on this machine: %s', (url) => {
    expect(parseBaseUrl(url, false).origin).toBe(new URL(url).origin)
  })

  test.each([
    'http://api.acme.example',
    'http://10.0.0.1',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://128.0.0.1',
  ])('with http: is refused elsewhere, unless allowed: %s', (url) => {
    expect(() => parseBaseUrl(url, false)).toThrow(/everyone on the way could read the API key/)
    expect(parseBaseUrl(url, true).origin).toBe(new URL(url).origin)
  })

  test.each([
    undefined,
    '',
    'api.acme.example',
    '/v1',
    'ftp://api.acme.example',
    'https://u:p@api.acme.example',
    'https://api.acme.example?x',
    'https://api.acme.example#x',
    42,
  ])('that is not one is refused: %j', (url) => {
    expect(() => parseBaseUrl(url, false)).toThrow(expect.objectContaining({ code: 'setup', option: 'baseUrl' }))
  })

  test('is not repeated in the complaint: a password may stand in it', () => {
    expect(() => parseBaseUrl('https://user:hunter2@api.acme.example', false)).toThrow(/^(?!.*hunter2)/s)
  })
})
