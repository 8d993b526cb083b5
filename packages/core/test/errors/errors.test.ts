import { expect, test } from 'vitest'
import * as core from '../../src/index.ts'

const classes = Object.entries(core).flatMap(([name, value]): (readonly [string, { readonly prototype: object }])[] =>
  typeof value === 'function' && value.prototype instanceof Error ? [[name, value]] : [],
)

test('there are errors', () => {
  expect(classes.length).toBeGreaterThan(15)
})

// A minifier renames classes: a name taken from the class would be another in every bundle.
test.each(classes)('%s has its name written down, not taken from its class', (name, { prototype }) => {
  expect(Object.getOwnPropertyDescriptor(prototype, 'name')?.value).toBe(name)
})

test('an error shows its name, also where its stack begins', () => {
  const error = new core.KeyNotFoundError()
  expect(error.name).toBe('KeyNotFoundError')
  expect(String(error)).toMatch(/^KeyNotFoundError: /)
  expect(error.stack).toMatch(/^KeyNotFoundError: /)
})
