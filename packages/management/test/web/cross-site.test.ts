import { describe, expect, test } from 'vitest'
import { createCrossSiteCheck, type CrossSiteOptions } from '../../src/web/cross-site.ts'

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

function refusal(
  headers: Record<string, string>,
  { method = 'POST', ...options }: CrossSiteOptions & { method?: string } = {},
): string | undefined {
  const request = new Request('https://app.example/keys', { method, headers: { host: 'app.example', ...headers } })
  const found = createCrossSiteCheck(options)(request)
  return found?.errors?.[0]?.header
}

describe('a browser that says where a request comes from', () => {
  test.each(['same-origin', 'none'])('passes with Sec-Fetch-Site: %s, whatever Origin says', (site) => {
    expect(refusal({ 'sec-fetch-site': site })).toBeUndefined()
    expect(refusal({ 'sec-fetch-site': site, origin: 'https://other.example', 'content-type': form })).toBeUndefined()
  })

  test.each(['cross-site', 'same-site', '', 'SAME-ORIGIN', 'same-origin, cross-site'])(
    'is refused with Sec-Fetch-Site: "%s"',
    (site) => {
      expect(refusal({ 'sec-fetch-site': site })).toBe('Sec-Fetch-Site')
      expect(refusal({ 'sec-fetch-site': site, 'content-type': json })).toBe('Sec-Fetch-Site')
      expect(refusal({ 'sec-fetch-site': site, origin: 'https://app.example' })).toBe('Sec-Fetch-Site')
      expect(refusal({ 'sec-fetch-site': site, authorization: 'Basic YTpi' })).toBe('Sec-Fetch-Site')
    },
  )

  test('passes from a trusted origin, and from that one only', () => {
    const trustedOrigins = ['https://admin.example', 'http://localhost:5173']
    const from = (origin: string) => refusal({ 'sec-fetch-site': 'cross-site', origin }, { trustedOrigins })
    expect(from('https://admin.example')).toBeUndefined()
    expect(from('http://localhost:5173')).toBeUndefined()
    expect(from('http://admin.example')).toBe('Sec-Fetch-Site')
    expect(from('https://admin.example.evil.example')).toBe('Sec-Fetch-Site')
    expect(from('http://localhost')).toBe('Sec-Fetch-Site')
    expect(from('null')).toBe('Sec-Fetch-Site')
  })
})

describe('without Sec-Fetch-Site, as over plain HTTP', () => {
  test.each([
    ['https://app.example', 'app.example'],
    ['http://app.example', 'app.example'],
    ['https://app.example', 'APP.example'],
    ['https://app.example', 'app.example:443'],
    ['http://app.example', 'app.example:80'],
    ['http://192.168.0.7:3000', '192.168.0.7:3000'],
    ['http://[::1]:3000', '[::1]:3000'],
  ])('an Origin %s passes for the Host %s', (origin, host) => {
    expect(refusal({ origin, host })).toBeUndefined()
    expect(refusal({ origin, host, 'content-type': form })).toBeUndefined()
  })

  test.each([
    ['null', 'app.example'],
    ['', 'app.example'],
    ['app.example', 'app.example'],
    ['file://', ''],
    ['https://evil.example', 'app.example'],
    ['https://app.example.evil.example', 'app.example'],
    ['https://app.example:8443', 'app.example'],
    ['http://app.example', 'app.example:443'],
    ['http://app.example:3000', 'app.example:3001'],
  ])('an Origin "%s" is refused for the Host "%s"', (origin, host) => {
    expect(refusal({ origin, host })).toBe('Origin')
  })

  test('the host before a proxy counts only where the proxy is trusted', () => {
    const headers = { origin: 'https://public.example', host: 'internal:3000', 'x-forwarded-host': 'public.example' }
    expect(refusal(headers)).toBe('Origin')
    expect(refusal(headers, { trustProxyHost: true })).toBeUndefined()
    expect(
      refusal({ ...headers, 'x-forwarded-host': 'public.example, second' }, { trustProxyHost: true }),
    ).toBeUndefined()
    expect(refusal({ ...headers, 'x-forwarded-host': 'other.example' }, { trustProxyHost: true })).toBe('Origin')
    expect(refusal({ ...headers, 'x-forwarded-host': '' }, { trustProxyHost: true })).toBe('Origin')
  })
})

describe('with neither header', () => {
  test('JSON and bodies without a type pass: no browser sent them', () => {
    expect(refusal({ 'content-type': json })).toBeUndefined()
    expect(refusal({}, { method: 'DELETE' })).toBeUndefined()
  })

  test.each([form, `${form}; charset=utf-8`, 'multipart/form-data; boundary=x', 'text/plain', 'Text/Plain;x'])(
    'a form is refused: %s',
    (type) => {
      expect(refusal({ 'content-type': type })).toBe('Origin')
    },
  )
})

test.each(['GET', 'HEAD', 'OPTIONS'])('%s changes nothing, so it may come from anywhere', (method) => {
  expect(refusal({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, { method })).toBeUndefined()
})

test.each(['PATCH', 'PUT', 'DELETE', 'POST'])('%s is checked', (method) => {
  expect(refusal({ 'sec-fetch-site': 'cross-site' }, { method })).toBe('Sec-Fetch-Site')
})

test.each([
  'admin.example',
  'https://admin.example/',
  'https://admin.example/path',
  'https://admin.example:443',
  'https://*.example',
  'null',
  'file:///x',
  '',
])('a trusted origin "%s" is refused at construction', (origin) => {
  expect(() => createCrossSiteCheck({ trustedOrigins: ['https://a.example', origin] })).toThrow(
    expect.objectContaining({ option: 'trustedOrigins[1]' }),
  )
})
