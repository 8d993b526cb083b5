import { describe, expect, test } from 'vitest'
import { factText, listChange } from '../src/components/fact-text.ts'
import type { Names } from '../src/reading/names.ts'

const format = { day: (at: Date): string => at.toISOString().slice(0, 10) }

const known: ReadonlyMap<string, string> = new Map([
  ['sa_1', 'ci-bot'],
  ['grace', 'Grace Hopper'],
])
const names: Names = { of: ({ type, id }) => ({ type, name: known.get(id) ?? id }) }

describe('a fact of the log, in words', () => {
  test.each([
    ['name', 'Production', 'Production'],
    ['permissions', ['prompts:read', 'prompts:list'], 'prompts:read, prompts:list'],
    ['permissions', [], 'nothing'],
    ['permissions', { count: 40, only: ['prompts:delete'] }, '40 in all, with prompts:delete'],
    ['expiresAt', Date.UTC(2030, 0, 2), '2030-01-02'],
    ['expiresAt', '2030-01-02T00:00:00.000Z', '2030-01-02'],
    ['expiresAt', null, 'never'],
    ['description', null, 'nothing'],
    ['allowedAddresses', [], 'anywhere'],
    ['allowedAddresses', ['10.0.0.0/8'], '10.0.0.0/8'],
    ['resources', {}, 'all'],
    ['resources', { project: ['p1', 'p2'], dataset: ['d'] }, 'project p1, p2; dataset d'],
    ['owner', { type: 'service', id: 'sa_1' }, 'service account ci-bot'],
    ['owner', { type: 'user', id: 'grace' }, 'Grace Hopper'],
    ['owner', { type: 'user', id: 'ada' }, 'ada'],
    ['requests', 7, '7'],
    ['imported', true, 'true'],
  ])('%s %j is %j', (field, value, text) => {
    expect(factText(field, value, format, names)).toBe(text)
  })

  test('is cut where it is long, between characters', () => {
    const text = factText('name', `${'x'.repeat(119)}\u{1f600}`, format, names)
    expect(text).toBe(`${'x'.repeat(119)}\u2026`)
  })
})

describe('a change of a list', () => {
  test.each([
    [['a', 'b'], ['b', 'c'], { added: 'c', removed: 'a' }],
    [['a'], ['a', 'b', 'c'], { added: 'b, c', removed: '' }],
    [['a', 'b'], ['b', 'a'], { added: '', removed: '' }],
    [
      { count: 40, only: ['a'] },
      { count: 41, only: ['b', 'c'] },
      { added: 'b, c', removed: 'a' },
    ],
    [
      { count: 40, only: [] },
      { count: 41, only: ['b'] },
      { added: 'b', removed: '' },
    ],
  ])('from %j to %j is what came and went', (before, after, change) => {
    expect(listChange(before, after)).toEqual(change)
  })

  test.each([
    [[], ['a']],
    [['a'], []],
    [['a'], { count: 40, only: ['b'] }],
    [null, ['a']],
    ['a', 'b'],
  ])('from %j to %j is both values', (before, after) => {
    expect(listChange(before, after)).toBeUndefined()
  })
})
