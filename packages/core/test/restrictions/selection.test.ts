import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  beyond,
  everything,
  idsOf,
  isEverything,
  isExcess,
  isSameSelection,
  isWithin,
  meet,
  narrowedSelection,
  reaches,
  type Selection,
  selected,
  undeclaredTypes,
} from '../../src/restrictions/selection.ts'
import { everyResource, means, meant, selection } from './oracle.ts'

const runs = { seed: 17, numRuns: 5_000 }

describe('compared with an enumeration of everything that could be reached', () => {
  test('a selection reaches what it means, and nothing else', () => {
    fc.assert(
      fc.property(selection, fc.constantFrom(...everyResource), (held, resource) => {
        expect(reaches(held, ...resource)).toBe(means(held, resource))
      }),
      runs,
    )
  })

  test('two meet in what both mean', () => {
    fc.assert(
      fc.property(selection, selection, (a, b) => {
        const both = meant(a).filter((resource) => means(b, resource))
        expect(meant(meet(a, b))).toEqual(both)
        expect(meant(meet(b, a))).toEqual(both)
        expect(meant(narrowedSelection(a, b))).toEqual(both)
      }),
      runs,
    )
  })

  test('one is within another exactly if the other means all that it means', () => {
    const seen = { yes: 0, no: 0 }
    fc.assert(
      fc.property(selection, selection, (wanted, held) => {
        const expected = meant(wanted).every((resource) => means(held, resource))
        seen[expected ? 'yes' : 'no'] += 1
        expect(isWithin(wanted, held)).toBe(expected)
        expect(isSameSelection(wanted, held)).toBe(expected && meant(held).every((each) => means(wanted, each)))
      }),
      runs,
    )
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(500)
  })

  test('what is beyond another names every id and every type that is too much', () => {
    fc.assert(
      fc.property(selection, selection, (wanted, held) => {
        const excess = beyond(wanted, held)
        const tooMuch = meant(wanted).filter((resource) => !means(held, resource))
        expect(isExcess(excess)).toBe(tooMuch.length > 0)
        expect(new Set(Object.keys(excess))).toEqual(new Set(tooMuch.map(([type]) => type)))
        for (const [type, ids] of tooMuch) {
          expect(excess[type] === 'all' || excess[type]?.includes(ids)).toBe(true)
        }
      }),
      runs,
    )
  })

  test('what is handed on and on never grows', () => {
    let chains = 0
    fc.assert(
      fc.property(selection, selection, selection, (first, second, third) => {
        if (!isWithin(second, first) || !isWithin(third, second)) return
        chains += 1
        expect(isWithin(third, first)).toBe(true)
      }),
      runs,
    )
    expect(chains).toBeGreaterThan(100)
  })
})

describe('exactness', () => {
  test('ids that differ in case, in a space or in their name for objects are different ids', () => {
    const held: Selection = { project: ['p1'] }
    for (const id of ['P1', 'p1 ', ' p1', '__proto__', 'constructor', 'p', '']) {
      expect(reaches(held, 'project', id), id).toBe(false)
    }
    expect(reaches({ project: ['__proto__'] }, 'project', '__proto__')).toBe(true)
  })

  test('a type that is inherited is absent, and one that is called __proto__ is not', () => {
    const inherited = Object.create({ project: ['p1'] }) as Selection
    expect(idsOf(inherited, 'project')).toBeUndefined()
    expect(idsOf({}, 'constructor')).toBeUndefined()
    const own = JSON.parse('{ "__proto__": ["p1"] }') as Selection
    expect(idsOf(own, '__proto__')).toEqual(['p1'])
    expect(reaches(own, '__proto__', 'p2')).toBe(false)
    expect(undeclaredTypes(own, ['project'])).toEqual(['__proto__'])
    expect(isEverything(meet(own, {}))).toBe(false)
    expect(Object.keys(meet(own, { project: ['p1'] }))).toEqual(['__proto__', 'project'])
  })

  test('an empty list is none of a type, and no list is all', () => {
    expect(reaches({ project: [] }, 'project', 'p1')).toBe(false)
    expect(reaches({}, 'project', 'p1')).toBe(true)
    expect(beyond({}, { project: ['p1'] })).toEqual({ project: 'all' })
    expect(beyond({ project: ['p1'] }, { project: [] })).toEqual({ project: ['p1'] })
  })
})

describe('form', () => {
  test('all spellings have one form: sorted, without duplicates, frozen', () => {
    const made = selected(['project', 'dataset'], (type) => (type === 'project' ? ['p2', 'p1', 'p2'] : ['d1']))
    expect(JSON.stringify(made)).toBe('{"dataset":["d1"],"project":["p1","p2"]}')
    expect([made, made['project'], made['dataset']].map(Object.isFrozen)).toEqual([true, true, true])
    expect(selected([], () => [])).toBe(everything)
  })

  test('where nothing changes, nothing is copied', () => {
    const held: Selection = { project: ['p1'] }
    expect(meet(held, everything)).toBe(held)
    expect(meet(everything, held)).toBe(held)
    expect(narrowedSelection(held, { project: ['p1', 'p2'] })).toBe(held)
  })

  test('an id is found in a list of ten thousand, and so is its absence', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `p${index}`)
    const held = selected(['project'], () => ids)
    for (const id of ['p0', 'p1', 'p4999', 'p9999']) expect(reaches(held, 'project', id), id).toBe(true)
    for (const id of ['p10000', 'P1', 'p', 'p1 ', '']) expect(reaches(held, 'project', id), id).toBe(false)
    expect(meet({ project: ['p7', 'q7'] }, held)).toEqual({ project: ['p7'] })
  })
})
