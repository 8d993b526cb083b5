import { describe, expect, test } from 'vitest'
import { readRule, wholeOf } from '../../src/limits/rule.ts'

const read = (rule: unknown) => readRule(rule, (field, message) => new RangeError(`${field}: ${message}`))

describe('a rule', () => {
  test('has a number of requests and a period with its unit', () => {
    expect(read({ requests: 600, per: '1m' })).toEqual({ requests: 600, per: '1m', windowMs: 60_000, burst: null })
    expect(read({ requests: 1, per: '52w' })).toMatchObject({ windowMs: 52 * 604_800_000 })
  })

  test('may be a quota of a calendar day or month', () => {
    for (const per of ['day', 'month'] as const) {
      expect(read({ requests: 1_000_000_000, per })).toEqual({
        requests: 1_000_000_000,
        per,
        windowMs: null,
        burst: null,
      })
    }
  })

  test('may allow a burst on top', () => {
    const limit = read({ requests: 10, per: '1s', burst: { requests: 50, per: '1m' } })
    expect(limit.burst).toEqual({ requests: 50, per: '1m', windowMs: 60_000 })
    expect(wholeOf(limit)).toBe(60)
  })

  test.each([
    [{ requests: 0, per: '1m' }, 'rule.requests'],
    [{ requests: -1, per: '1m' }, 'rule.requests'],
    [{ requests: 1.5, per: '1m' }, 'rule.requests'],
    [{ requests: Number.NaN, per: '1m' }, 'rule.requests'],
    [{ requests: Number.POSITIVE_INFINITY, per: '1m' }, 'rule.requests'],
    [{ requests: 1_000_000_001, per: '1m' }, 'rule.requests'],
    [{ requests: '600', per: '1m' }, 'rule.requests'],
    [{ requests: 600 }, 'rule.per'],
    [{ requests: 600, per: 60 }, 'rule.per'],
    [{ requests: 600, per: 60_000 }, 'rule.per'],
    [{ requests: 600, per: '60' }, 'rule.per'],
    [{ requests: 600, per: '0s' }, 'rule.per'],
    [{ requests: 600, per: '500ms' }, 'rule.per'],
    [{ requests: 600, per: '367d' }, 'rule.per'],
    [{ requests: 600, per: 'year' }, 'rule.per'],
    [{ requests: 600, per: '1m', brust: { requests: 1, per: '1h' } }, 'rule'],
    [{ requests: 600, per: '1m', burst: 5 }, 'rule.burst'],
    [{ requests: 600, per: '1m', burst: { requests: 0, per: '1h' } }, 'rule.burst.requests'],
    [600, 'rule'],
    [null, 'rule'],
    ['600/1m', 'rule'],
  ])('%j is none: the error names %s', (rule, field) => {
    expect(() => read(rule)).toThrow(new RegExp(`^${field.replaceAll('.', '\\.')}[.:]`))
  })
})
