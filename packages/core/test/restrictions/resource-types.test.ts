import { expect, test } from 'vitest'
import { ConfigurationError } from '../../src/errors/errors.ts'
import { parseResourceTypes } from '../../src/restrictions/resource-types.ts'

test('types are names, each once, at most sixteen, and none by default', () => {
  expect(parseResourceTypes(undefined)).toEqual([])
  expect(parseResourceTypes([])).toEqual([])
  expect(parseResourceTypes(['project', 'dataSet', 'data-set', 'x'.repeat(64)])).toHaveLength(4)
  expect(Object.isFrozen(parseResourceTypes(['project']))).toBe(true)
  expect(parseResourceTypes(Array.from({ length: 16 }, (_, index) => `type${index}`))).toHaveLength(16)
})

test('what is no name, comes twice, or is what every object has, is refused with the option at fault', () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    ['project', 'resources'],
    [{ project: true }, 'resources'],
    [null, 'resources'],
    [['project', 'project'], 'resources'],
    [Array.from({ length: 17 }, (_, index) => `type${index}`), 'resources'],
    [['project', ''], 'resources[1]'],
    [['1project'], 'resources[0]'],
    [['pro ject'], 'resources[0]'],
    [['x'.repeat(65)], 'resources[0]'],
    [['__proto__'], 'resources[0]'],
    [['constructor'], 'resources[0]'],
    [['toString'], 'resources[0]'],
    [[7], 'resources[0]'],
    [Array.from({ length: 1 }), 'resources[0]'],
  ]
  for (const [given, option] of wrong) {
    expect(() => parseResourceTypes(given), JSON.stringify(given)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, option }),
    )
  }
})
