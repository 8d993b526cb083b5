import { describe, expect, test } from 'vitest'
import { challenge, createDenials, problemDocument } from '../../src/http/denial.ts'
import { type DenialCode, denialTable, hintDetails } from '../../src/http/denial-table.ts'

const denials = createDenials({ realm: 'api', verbose: true })
const codes = Object.keys(denialTable) as DenialCode[]

test('a problem document has its members in order and reveals nothing about the request', () => {
  expect(denials.of({ code: 'malformed_key', hint: 'truncated' }).body).toBe(
    '{"type":"urn:claviger:problem:malformed_key","title":"Not an API key","status":401,' +
      '"detail":"The API key is not complete: the end is missing.","code":"malformed_key","hint":"truncated"}',
  )
  expect(denials.asking(['a:read', 'b:read'])({ code: 'insufficient_permission' }).body).toBe(
    '{"type":"urn:claviger:problem:insufficient_permission","title":"Permission missing","status":403,' +
      '"detail":"This API key may not do this.","code":"insufficient_permission","requiredPermissions":["a:read","b:read"]}',
  )
})

test.each([
  ['missing_credentials', 401, 'Bearer realm="api"'],
  ['malformed_key', 401, 'Bearer realm="api", error="invalid_token"'],
  ['multiple_credentials', 400, 'Bearer realm="api", error="invalid_request"'],
  ['invalid_key', 401, 'Bearer realm="api", error="invalid_token"'],
  ['key_revoked', 401, 'Bearer realm="api", error="invalid_token"'],
  ['key_expired', 401, 'Bearer realm="api", error="invalid_token"'],
  ['key_disabled', 401, 'Bearer realm="api", error="invalid_token"'],
  ['key_rotated', 401, 'Bearer realm="api", error="invalid_token"'],
  ['wrong_workspace', 401, 'Bearer realm="api", error="invalid_token"'],
  ['insufficient_permission', 403, 'Bearer realm="api", error="insufficient_scope"'],
  ['owner_lacks_permission', 403, 'Bearer realm="api", error="insufficient_scope"'],
  ['owner_gone', 403, 'Bearer realm="api", error="insufficient_scope"'],
  ['wrong_environment', 403, 'Bearer realm="api", error="insufficient_scope"'],
  ['temporarily_unavailable', 503, undefined],
  ['verifier_busy', 503, undefined],
  ['guard_without_auth', 500, undefined],
  ['guard_failed', 500, undefined],
] as const)('%s answers %i with the challenge of RFC 6750 section 3', (code, status, expected) => {
  const denial = denials.of({ code })
  expect(denial.status).toBe(status)
  expect(denial.headers).toEqual({
    'Cache-Control': 'no-store',
    ...(expected === undefined ? {} : { 'WWW-Authenticate': expected }),
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
  })
})

test('scope names what the guard asks for', () => {
  expect(challenge('insufficient_permission', 'api', ['a:read', 'b:read'])).toBe(
    'Bearer realm="api", error="insufficient_scope", scope="a:read b:read"',
  )
  expect(denials.asking(['a:read'])({ code: 'owner_gone' }).headers['WWW-Authenticate']).toBe(
    'Bearer realm="api", error="insufficient_scope"',
  )
})

test('every text is plain ASCII, so that bytes and characters are the same', () => {
  for (const { title, detail } of Object.values(denialTable)) expect(title + detail).toMatch(/^[\x20-\x7e]+$/)
  for (const detail of Object.values(hintDetails)) expect(detail).toMatch(/^[\x20-\x7e]+$/)
})

test('denials are frozen to the bottom: they are shared between requests', () => {
  const denial = denials.asking(['a:read'])({ code: 'insufficient_permission' })
  for (const part of [denial, denial.headers, denial.problem, denial.requiredPermissions]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})

test('a problem document copies the list it is given', () => {
  const permissions = ['a:read']
  const problem = problemDocument({ code: 'insufficient_permission' }, permissions)
  permissions.push('b:read')
  expect(problem.requiredPermissions).toEqual(['a:read'])
})

test('a code no one knows fails closed, as an outage', () => {
  expect(denials.of({ code: 'from_the_future' as DenialCode }).code).toBe('temporarily_unavailable')
})

test('an unknown hint is left out', () => {
  expect(denials.of({ code: 'malformed_key', hint: 'new' as never }).body).toBe(
    denials.of({ code: 'malformed_key' }).body,
  )
})

describe('when not verbose', () => {
  const terse = createDenials({ realm: 'api', verbose: false })
  const refused = codes.filter((code) => denialTable[code].status === 401 && code !== 'missing_credentials')

  test.each(refused)('%s cannot be told from invalid_key', (code) => {
    expect(terse.of({ code })).toEqual(denials.of({ code: 'invalid_key' }))
    expect(terse.of({ code, hint: 'truncated' }).body).toBe(denials.of({ code: 'invalid_key' }).body)
  })

  test('other codes stay, without hints', () => {
    for (const code of codes.filter((code) => !refused.includes(code))) {
      expect(terse.of({ code })).toEqual(denials.of({ code }))
    }
    expect(terse.of({ code: 'missing_credentials', hint: 'missing_scheme' })).toEqual(
      denials.of({ code: 'missing_credentials' }),
    )
  })
})
