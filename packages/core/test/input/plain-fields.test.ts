import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { bare, isPlain, plainFields } from '../../src/input/plain-fields.ts'

const refuse = (field: string | undefined, message: string): Error => Object.assign(new Error(message), { field })
const read = (value: unknown): { readonly a?: unknown; readonly bee?: unknown } =>
  plainFields(value, ['a', 'bee'], { call: 'make', noun: 'option', refuse })

describe('what is read from outside', () => {
  test('has its own fields and no prototype', () => {
    const fields = read({ a: 1 })
    expect(Object.getPrototypeOf(fields)).toBe(null)
    expect(fields).toEqual({ a: 1 })
    expect(fields.bee).toBe(undefined)
  })

  test('is read once', () => {
    let reads = 0
    const fields = read({
      get a() {
        return (reads += 1)
      },
    })
    expect([fields.a, fields.a, reads]).toEqual([1, 1, 1])
  })

  test('may come from another realm, from JSON, or without a prototype', () => {
    for (const value of [runInNewContext('({ a: 1 })'), JSON.parse('{"a":1}'), bare({ a: 1 })]) {
      expect(read(value)).toEqual({ a: 1 })
    }
  })

  test.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a text, however long', 'x'.repeat(5_000_000), 'string'],
    ['an array', [1], 'an array'],
    ['a function', () => 1, 'function'],
    ['a Map', new Map([['a', 1]]), 'an object of a class'],
    ['a Date', new Date(), 'an object of a class'],
    ['what a class makes', new URLSearchParams('a=1'), 'an object of a class'],
    ['what inherits its fields', Object.create({ a: 1 }), 'an object of a class'],
  ])('is refused when it is %s', (_, value, got) => {
    expect(isPlain(value)).toBe(false)
    expect(() => read(value)).toThrow(`make expects a plain object of options, got ${got}.`)
  })

  test('is refused with a field that does not exist, and told which was meant', () => {
    expect(() => read({ bea: 1 })).toThrow('make has no option "bea", did you mean "bee"? Known: a, bee.')
    expect(() => read({ bea: 1 })).toThrow(expect.objectContaining({ field: 'bea' }))
    expect(() => read(JSON.parse('{"__proto__":{"a":1}}'))).toThrow('make has no option "__proto__"')
  })

  test('has no name repeated that may be a token, or that is not a name', () => {
    for (const name of ['7Fq2'.repeat(6), '<b>', 'x'.repeat(100_000), 'a\nb', '']) {
      expect(() => read({ [name]: 1 })).toThrow(
        expect.objectContaining({
          field: undefined,
          message: expect.stringMatching(/^make has no option of that name/),
        }),
      )
    }
  })
})
