import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CallerEntry,
  callersByKey,
  isCallerEntry,
  mergeCallers,
  mostCallers,
  mostCallerText,
} from '../../src/store/callers.ts'

const start = 1_735_689_600_000

function caller(overrides: Partial<CallerEntry> = {}): CallerEntry {
  return {
    workspaceId: 'ws',
    keyId: 'key',
    version: 1,
    network: '10.2.0.0/16',
    agent: 'node',
    lastUsedAt: start,
    ...overrides,
  }
}

// Few of each, so that names and instants coincide; many in all, so that the bound matters.
const text = fc.option(fc.constantFrom('node', 'null', '', '"', '__proto__', '10.2.0.0/16', '10.3.0.0/16'))
const entry: fc.Arbitrary<CallerEntry> = fc.record({
  workspaceId: fc.constant('ws'),
  keyId: fc.constant('key'),
  version: fc.integer({ min: 1, max: 12 }),
  network: text,
  agent: text,
  lastUsedAt: fc.integer({ min: start, max: start + 9 }),
})
const entries = fc.array(entry, { maxLength: 150 })

const nameOf = ({ version, network, agent }: CallerEntry): string => JSON.stringify([version, network, agent])

describe('mergeCallers', () => {
  test('gives each caller once with its latest use, the latest first', () => {
    const [early, late, other] = [caller(), caller({ lastUsedAt: start + 5 }), caller({ version: 2 })]
    expect(mergeCallers([early, other], [late])).toEqual([late, other])
    expect(mergeCallers([late], [early])).toEqual([late])
    expect(mergeCallers([], [])).toEqual([])
  })

  test('keeps the callers that were there last, and of one instant those whose names come first', () => {
    const many = Array.from({ length: mostCallers + 10 }, (_, index) => caller({ version: 100 + index }))
    expect(mergeCallers(many.toReversed(), [])).toEqual(many.slice(0, mostCallers))
    const latest = caller({ version: 999, lastUsedAt: start + 1 })
    expect(mergeCallers(many, [latest])).toEqual([latest, ...many.slice(0, mostCallers - 1)])
  })

  test('leaves out what cannot be read, and takes over no field but those of a caller', () => {
    const garbage = [null, undefined, 7, 'text', [], {}, { ...caller(), version: '1' }, { ...caller(), agent: 7 }]
    const more = { ...caller(), token: 'secret', ['toString']: 1 }
    const merged = mergeCallers([...garbage, more], [])
    expect(merged).toEqual([caller()])
    expect(Object.keys(merged[0] ?? {})).toEqual(Object.keys(caller()))
  })

  test('keeps no object that it was given', () => {
    const given = caller()
    const [kept] = mergeCallers([], [given])
    Object.assign(given, { agent: 'changed' })
    expect(kept).toEqual(caller())
  })

  test('comes to the same result in any order of entries, in any parts, and however often they come', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat({ max: 149 }), { maxLength: 6 }), fc.integer(), (all, cuts, seed) => {
        const whole = mergeCallers([], all)
        const shuffled = all.toSorted((a, b) => mixed(seed, a) - mixed(seed, b))
        const places = [0, ...cuts.toSorted((a, b) => a - b), shuffled.length]
        let known: readonly CallerEntry[] = []
        for (const [index, end] of places.entries())
          known = mergeCallers(known, shuffled.slice(places[index - 1] ?? 0, end))
        expect(known).toEqual(whole)
        expect(mergeCallers(known, all)).toEqual(whole)
        expect(mergeCallers(all, known)).toEqual(whole)
        expect(mergeCallers(known, [])).toEqual(whole)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('is bounded, ordered, and gives of each caller the latest use there was', () => {
    fc.assert(
      fc.property(entries, entries, (known, added) => {
        const merged = mergeCallers(known, added)
        const all = [...known, ...added]
        const names = new Set(all.map(nameOf))
        expect(merged.length).toBe(Math.min(mostCallers, names.size))
        expect(new Set(merged.map(nameOf)).size).toBe(merged.length)
        for (const [index, one] of merged.entries()) {
          const uses = all.filter((other) => nameOf(other) === nameOf(one)).map(({ lastUsedAt }) => lastUsedAt)
          expect(one.lastUsedAt).toBe(Math.max(...uses))
          expect(one.lastUsedAt).toBeLessThanOrEqual(merged[index - 1]?.lastUsedAt ?? Number.POSITIVE_INFINITY)
        }
        // No one who had to go was there later than anyone who stayed.
        const kept = new Set(merged.map(nameOf))
        const gone = all.filter((one) => !kept.has(nameOf(one)))
        const oldest = merged.at(-1)?.lastUsedAt ?? 0
        for (const { lastUsedAt } of gone) expect(lastUsedAt).toBeLessThanOrEqual(oldest)
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})

describe('callersByKey', () => {
  test('gives the callers of each key, in one order of keys whatever the order of entries', () => {
    const places = ['b', 'a', '__proto__', 'a,b'].flatMap((workspaceId) =>
      ['2', '1', '__proto__'].map((keyId) => ({ workspaceId, keyId })),
    )
    const all = places.flatMap((key) => [caller({ ...key, agent: 'a' }), caller({ ...key, agent: 'b', lastUsedAt: 0 })])
    const keys = callersByKey(all)
    expect(callersByKey(all.toReversed())).toEqual(keys)
    expect(keys).toHaveLength(places.length)
    for (const { workspaceId, keyId, callers } of keys) {
      expect(callers).toEqual(
        mergeCallers(
          [],
          all.filter((one) => one.workspaceId === workspaceId && one.keyId === keyId),
        ),
      )
    }
  })

  test('gives nothing for no entries, and no key of which no entry can be read', () => {
    expect(callersByKey([])).toEqual([])
    expect(callersByKey([caller({ version: Number.NaN })])).toEqual([])
  })
})

describe('isCallerEntry', () => {
  test.each([
    {},
    { network: null, agent: null },
    { agent: '' },
    { agent: 'a'.repeat(mostCallerText) },
    { lastUsedAt: 0 },
    { lastUsedAt: 8.64e15 },
  ])('takes %j', (overrides) => {
    expect(isCallerEntry(caller(overrides))).toBe(true)
  })

  test.each([
    { workspaceId: 7 },
    { keyId: undefined },
    { version: 1.5 },
    { version: '1' },
    { network: undefined },
    { network: 'a'.repeat(mostCallerText + 1) },
    { agent: 'a\nb' },
    { agent: '\u00e4' },
    { agent: ['node'] },
    { lastUsedAt: -1 },
    { lastUsedAt: 8.64e15 + 1 },
    { lastUsedAt: Number.NaN },
    { lastUsedAt: '1' },
  ])('refuses %j', (overrides) => {
    expect(isCallerEntry({ ...caller(), ...overrides })).toBe(false)
  })

  test('refuses what is no object', () => {
    expect([null, undefined, 7, 'caller', [caller()]].map(isCallerEntry)).toEqual([false, false, false, false, false])
  })
})

/** A number that depends on an entry and a seed, and on nothing else. */
function mixed(seed: number, one: CallerEntry): number {
  const bytes = Buffer.from(`${seed} ${nameOf(one)} ${one.lastUsedAt}`)
  return bytes.reduce((sum, byte) => (sum * 31 + byte) | 0, 7)
}
