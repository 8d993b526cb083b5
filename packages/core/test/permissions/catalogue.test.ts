import { describe, expect, expectTypeOf, test } from 'vitest'
import { ConfigurationError } from '../../src/errors/errors.ts'
import { definePermissions } from '../../src/permissions/catalogue.ts'

describe('definePermissions', () => {
  const permissions = definePermissions({ prompts: ['read', 'list'], context: ['download'] })

  test('lists every declared name, and keys:manage', () => {
    expect(permissions.names).toEqual(['prompts:read', 'prompts:list', 'context:download', 'keys:manage'])
  })

  test('knows names exactly', () => {
    expect(permissions.has('prompts:read')).toBe(true)
    for (const name of ['prompts:write', 'prompts:*', 'Prompts:read', 'prompts', ''])
      expect(permissions.has(name)).toBe(false)
  })

  test('tells the compiler the names', () => {
    expectTypeOf(permissions.names[0]).toEqualTypeOf<
      'prompts:read' | 'prompts:list' | 'context:download' | 'keys:manage' | undefined
    >()
    // @ts-expect-error: a misspelt name is a compile error
    const misspelt: (typeof permissions.names)[number] = 'prompts:raed'
    expect(permissions.has(misspelt)).toBe(false)
  })

  test('cannot be changed afterwards', () => {
    expect(Object.isFrozen(permissions) && Object.isFrozen(permissions.names)).toBe(true)
    expect(Reflect.set(permissions.names, 0, '*:*')).toBe(false)
  })

  test('declares a name once that is given twice, keys:manage too', () => {
    expect(definePermissions({ a: ['b', 'b'], keys: ['manage'] }).names).toEqual(['a:b', 'keys:manage'])
  })

  test.each([
    ['a resource with a colon', { 'a:b': ['c'] }],
    ['capitals', { Prompts: ['read'] }],
    ['an empty action', { prompts: [''] }],
    ['a wildcard', { prompts: ['*'] }],
    ['a wildcard resource', { '*': ['read'] }],
    ['several actions in one text', { prompts: ['read,list'] }],
    ['an action that is not text', { prompts: [7] }],
    ['nothing in the list', { prompts: Array.from({ length: 1 }) }],
    ['a text in place of a list', { prompts: 'read' }],
    ['no permission at all', {}],
    ['a list of names', ['prompts:read']],
    ['null', null],
    ['a text', 'prompts:read'],
  ])('refuses %s at start-up', (_, definition) => {
    const define = (): unknown => definePermissions(definition as unknown as Record<string, string[]>)
    expect(define).toThrow(ConfigurationError)
    expect(define).toThrow(expect.objectContaining({ option: 'permissions' }))
  })
})
