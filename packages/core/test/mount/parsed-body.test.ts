import { describe, expect, test } from 'vitest'
import { bodyOf } from '../../src/mount/parsed-body.ts'

const form = 'application/x-www-form-urlencoded; charset=utf-8'

function textOf(parsed: object, type = 'application/json'): readonly [string, boolean] | undefined {
  const body = bodyOf(parsed, type)
  return body && [Buffer.from(body.bytes).toString(), body.isExact]
}

describe('a body that the host has read', () => {
  test.each([
    ['a buffer', { body: Buffer.from('raw') }, 'raw'],
    ['bytes', { body: new Uint8Array([114, 97, 119]) }, 'raw'],
    ['a text', { body: '{"a": 1}' }, '{"a": 1}'],
    ['an empty text', { body: '' }, ''],
    ['what was sent, kept beside an object', { rawBody: '{"a":  1}', body: { a: 1 } }, '{"a":  1}'],
    ['bytes kept beside an object', { rawBody: Buffer.from('x=1'), body: { x: '1' } }, 'x=1'],
  ])('as %s is given on as it is', (_, parsed, expected) => {
    expect(textOf(parsed)).toEqual([expected, true])
  })

  test.each([
    ['an object', { a: 1 }, '{"a":1}'],
    ['a list', [1], '[1]'],
    ['null', null, 'null'],
    ['a number', 7, '7'],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ])('as %s is written again as JSON', (_, body, expected) => {
    expect(textOf({ body })).toEqual([expected, false])
  })

  test.each([
    [{ a: '1 &', b: ['2', '3'] }, 'a=1+%26&b=2&b=3'],
    [{ a: { b: { c: '1' } } }, 'a%5Bb%5D%5Bc%5D=1'],
    [{ a: [{ b: '1' }, { b: '2' }] }, 'a%5B0%5D%5Bb%5D=1&a%5B1%5D%5Bb%5D=2'],
    [{ a: null, b: undefined }, 'a=&b='],
    [{}, ''],
  ])('as fields of a form, %j is written again as a form', (body, expected) => {
    expect(textOf({ body }, form)).toEqual([expected, false])
  })

  test('that left nothing is undefined', () => {
    expect(bodyOf({}, form)).toBeUndefined()
    expect(bodyOf({ body: () => {} }, form)).toBeUndefined()
  })

  test('nested without end is refused', () => {
    const body: Record<string, unknown> = {}
    body['a'] = body
    expect(() => bodyOf({ body }, form)).toThrow('nested too deep')
  })
})
