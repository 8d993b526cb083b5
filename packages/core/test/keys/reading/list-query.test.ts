import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ValidationError } from '../../../src/errors/errors.ts'
import { listQueryFrom, type QueryParameters } from '../../../src/keys/reading/list-query.ts'

const whole = {
  limit: 1,
  status: ['active', 'rotating'],
  environment: ['production', 'ci'],
  ownerId: ['ada'],
  ownerType: ['user', 'service'],
  attention: ['expiring'],
  search: 'web shop',
  cursor: 'abc',
}
const text =
  'limit=1&status=active&status=rotating&environment=production&environment=ci&ownerId=ada&ownerType=user&ownerType=service&attention=expiring&search=web%20shop&cursor=abc'

describe('a query string becomes what list takes', () => {
  test.each<[string, QueryParameters]>([
    ['as text', text],
    ['as text with its question mark', `?${text}`],
    ['parsed by the platform', new URLSearchParams(text)],
    ['parsed by a framework', { ...whole, limit: '1' }],
    ['parsed by one that makes objects without a prototype', Object.assign(Object.create(null), whole, { limit: '1' })],
  ])('%s', (_title, query) => {
    expect(listQueryFrom(query)).toEqual(whole)
  })

  test('one status is a list of one, nothing is nothing', () => {
    expect(listQueryFrom('status=active')).toEqual({ status: ['active'] })
    expect(listQueryFrom({ status: 'active' })).toEqual({ status: ['active'] })
    expect(listQueryFrom('')).toEqual({})
    expect(listQueryFrom({})).toEqual({})
  })
})

describe('is refused, and the parameter named', () => {
  test.each<[string, QueryParameters, string]>([
    ['an unknown one', 'limt=1', 'limt'],
    ['one that every object inherits', 'constructor=1', 'constructor'],
    ['one that list must not be told', 'workspaceId=ws_other', 'workspaceId'],
    ['one that may be a token', `${'a'.repeat(60)}=1`, 'query'],
    ['one with a name of markup', '<b>=1', 'query'],
    ['one twice', 'limit=1&limit=2', 'limit'],
    ['one twice, parsed', { search: ['a', 'b'] }, 'search'],
    ['an empty one', 'search=', 'search'],
    ['an empty status', 'status=active&status=', 'status'],
    ['an unknown status', 'status=alive', 'status'],
    ['several in one', 'status=active,rotating', 'status'],
    ['an unknown attention', 'attention=soon', 'attention'],
    ['an object, as some parsers make', { search: { a: 'b' } }, 'search'],
    ['a number, as no parser makes', { limit: 1 }, 'limit'],
    ['an object under an unknown name', { 'a[b]': {} }, 'query'],
    ['a long text', { search: 'x'.repeat(256) }, 'search'],
    ['no query at all', undefined as never, 'query'],
    ['a list', [] as never, 'query'],
  ])('%s', (_title, query, field) => {
    expect(() => listQueryFrom(query)).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_VALIDATION', field }))
  })

  test.each(['0', '101', '-1', '1.5', '1e1', '0x10', ' 1', '1 ', '+1', '', 'ten', '٣', '9999999999'])(
    'a limit of "%s"',
    (limit) => {
      expect(() => listQueryFrom({ limit })).toThrow(expect.objectContaining({ field: 'limit' }))
    },
  )

  test('whatever comes: it is read or refused, and never repeated in the message', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
        try {
          listQueryFrom(new URLSearchParams(pairs))
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError)
        }
      }),
    )
  })
})
