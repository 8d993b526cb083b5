import { describe, expect, test } from 'vitest'
import { ValidationError } from '../../src/errors/errors.ts'
import { readSelection, type SelectionReading } from '../../src/restrictions/read-selection.ts'
import { everything } from '../../src/restrictions/selection.ts'

const written: SelectionReading = {
  field: 'resources',
  types: ['project', 'dataset'],
  maxIds: 100,
  maxCharacters: 32_768,
  mayBeEmpty: false,
  refuse: (field, message) => new ValidationError(field, message),
}
const held: SelectionReading = { ...written, field: 'actor.resources', maxIds: 10_000, mayBeEmpty: true }

function fieldOf(given: unknown, reading = written): string {
  try {
    readSelection(given, reading)
  } catch (error) {
    if (error instanceof ValidationError) return error.field
    throw error
  }
  return 'none'
}

describe('what is read', () => {
  test('is brought into one form, and shares nothing with what was given', () => {
    const ids = ['p2', 'p1', 'p2']
    const read = readSelection({ project: ids, dataset: ['d1'] }, written)
    ids.push('p3')
    expect(read).toEqual({ dataset: ['d1'], project: ['p1', 'p2'] })
    expect(Object.keys(read)).toEqual(['dataset', 'project'])
    expect(readSelection({}, written)).toBe(everything)
    expect(readSelection(Object.assign(Object.create(null), { project: ['p1'] }), written)).toEqual({
      project: ['p1'],
    })
  })

  test('keeps ids exactly as they are', () => {
    const ids = ['P1', '__proto__', 'constructor', 'p1', 'p1 ', '\u{1f600}', 'x'.repeat(255), '*', 'a/b?c=d']
    expect(readSelection({ project: ids }, written)['project']).toEqual([...ids].sort())
  })

  test('may be an empty list where it is what someone holds, and never where it is granted', () => {
    expect(readSelection({ project: [] }, held)).toEqual({ project: [] })
    expect(fieldOf({ project: [] })).toBe('resources.project')
    expect(fieldOf({ project: ['p1'], dataset: [] })).toBe('resources.dataset')
  })
})

describe('what is refused', () => {
  test('is everything that is not lists of ids by declared type', () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      [undefined, 'resources'],
      [null, 'resources'],
      ['project', 'resources'],
      [['project'], 'resources'],
      [new Map([['project', ['p1']]]), 'resources'],
      [{ project: undefined }, 'resources.project'],
      [{ project: null }, 'resources.project'],
      [{ project: 'p1' }, 'resources.project'],
      [{ project: { 0: 'p1', length: 1 } }, 'resources.project'],
      [{ project: new Set(['p1']) }, 'resources.project'],
      [{ projects: ['p1'] }, 'resources.projects'],
      [{ Project: ['p1'] }, 'resources.Project'],
      [{ constructor: ['p1'] }, 'resources.constructor'],
      [JSON.parse('{ "__proto__": ["p1"] }'), 'resources.__proto__'],
      [{ 'a b': ['p1'] }, 'resources'],
      [{ project: Array.from({ length: 101 }, (_, index) => `p${index}`) }, 'resources.project'],
    ]
    for (const [given, field] of wrong) expect(fieldOf(given), JSON.stringify(given)).toBe(field)
  })

  test('is an id that is empty, too long, no text, or holds half a character', () => {
    const wrong = ['', 'x'.repeat(256), 'x'.repeat(300), '\ud800', 'a\udc00b', 'a\u0000', 'a\nb', '\u202e', 7, null, {}]
    for (const id of wrong) expect(fieldOf({ project: ['p1', id] }), JSON.stringify(id)).toBe('resources.project[1]')
    // oxlint-disable-next-line no-sparse-arrays
    expect(fieldOf({ project: ['p1', , 'p2'] })).toBe('resources.project[1]')
    for (const id of wrong) expect(fieldOf({ project: [id] }, held)).toBe('actor.resources.project[0]')
  })

  test('is more than fits into a record, though each list is within its bounds', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(255, 'x'))
    expect(fieldOf({ project: ids })).toBe('none')
    expect(fieldOf({ project: ids, dataset: ids })).toBe('resources')
  })

  test('tells which type was probably meant, and never repeats what may be a secret', () => {
    expect(() => readSelection({ projct: ['p1'] }, written)).toThrow('did you mean "project"?')
    expect(() => readSelection({ project: ['p1'] }, { ...written, types: [] })).toThrow('declares no types')
    const secret = `acme_production_${'A1b2'.repeat(16)}`
    expect(() => readSelection({ [secret]: ['p1'] }, written)).toThrow(expect.objectContaining({ field: 'resources' }))
    expect(() => readSelection({ [secret]: ['p1'] }, written)).not.toThrow(secret)
  })

  test('a type that a key has already may stay, though it is not declared any more', () => {
    const reading = { ...written, alsoTypes: ['old'] }
    expect(readSelection({ old: ['o1'] }, reading)).toEqual({ old: ['o1'] })
    expect(fieldOf({ older: ['o1'] }, reading)).toBe('resources.older')
  })
})
