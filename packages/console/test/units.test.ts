import type { ManagedKey } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { roundSteps } from '../src/charts/scale.ts'
import { createFormat } from '../src/format/format.ts'
import { themeStyles } from '../src/options/theme.ts'
import { parsePublicPath, parseUrl } from '../src/options/urls.ts'
import { csvField } from '../src/pages/usage-csv.ts'
import { filtersFrom, searchOf } from '../src/reading/filters.ts'
import { sortKeys } from '../src/reading/key-page.ts'

describe('a field of a CSV file', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(1)', "'@SUM(1)"],
    ['\tx', "'\tx"],
    ['\uff1d1', "'\uff1d1"],
  ])('%j is written as %j', (text, written) => {
    expect(csvField(text)).toBe(written)
  })
})

describe('the steps of an axis', () => {
  test('are three, round, and reach the highest bar', () => {
    for (let most = 0; most < 5_000; most += 7) {
      const steps = roundSteps(most)
      expect(steps).toHaveLength(3)
      expect(steps[2]).toBeGreaterThanOrEqual(most)
      expect(steps.every(Number.isInteger)).toBe(true)
    }
    expect(roundSteps(740)).toEqual([250, 500, 750])
    expect(roundSteps(0)).toEqual([1, 2, 3])
    expect(roundSteps(1_000_000)).toEqual([500_000, 1_000_000, 1_500_000])
  })
})

describe('a format', () => {
  const now = Date.UTC(2030, 5, 12, 10)
  const format = createFormat('en', 'Europe/Berlin', now)
  test.each([
    [-20_000, 'just now'],
    [-180_000, '3 minutes ago'],
    [6 * 86_400_000, 'in 6 days'],
    [-100 * 86_400_000, '3 months ago'],
    [-545 * 86_400_000, '18 months ago'],
    [-549 * 86_400_000, '2 years ago'],
    [3 * 365.25 * 86_400_000, 'in 3 years'],
  ])('writes an instant %i ms away as "%s"', (distance, written) => {
    expect(format.relative(new Date(now + distance))).toBe(written)
  })

  test('writes numbers, shares and instants as its locale and time zone say', () => {
    expect(format.number(12_402)).toBe('12,402')
    expect(format.compact(12_402)).toBe('12.4K')
    expect(format.percent(0.0041)).toBe('0.4%')
    expect(format.percent(0.0001)).toBe('<0.1%')
    expect(format.exact(new Date(now))).toBe('Jun 12, 2030, 12:00 GMT+2')
    expect(createFormat('de', 'UTC', now).number(12_402)).toBe('12.402')
  })
})

describe('filters', () => {
  test('go into the URL and come back', () => {
    const query = 'q=web&status=active&environment=ci&attention=unused&owner=ada&ended=true&sort=-lastUsed&part=2'
    const filters = filtersFrom(new URLSearchParams(query), ['ci'])
    expect(new URLSearchParams(searchOf(filters, { part: filters.part }))).toEqual(
      new URLSearchParams(
        'q=web&status=active&environment=ci&owner=ada&attention=unused&ended=true&sort=-lastUsed&part=2',
      ),
    )
  })

  test('that mean nothing count as none', () => {
    const filters = filtersFrom(new URLSearchParams('status=what&environment=moon&sort=secret&part=-1&q=++'), ['ci'])
    expect(searchOf(filters)).toBe('?')
  })
})

describe('sorted keys', () => {
  const key = (id: string, name: string, lastUsedAt: number | null): ManagedKey =>
    ({ id, name, lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt) }) as ManagedKey
  const keys = [key('a', 'b10', 5), key('b', 'B2', null), key('c', 'a', 9)]
  const names = (sorted: readonly ManagedKey[]): readonly string[] => sorted.map(({ name }) => name)

  test('are in the order of people, and without a value at the end', () => {
    expect(names(sortKeys(keys, 'name', false))).toEqual(['a', 'B2', 'b10'])
    expect(names(sortKeys(keys, 'name', true))).toEqual(['b10', 'B2', 'a'])
    expect(names(sortKeys(keys, 'lastUsed', false))).toEqual(['b10', 'a', 'B2'])
    expect(names(sortKeys(keys, 'lastUsed', true))).toEqual(['a', 'b10', 'B2'])
  })
})

describe('a theme', () => {
  test('is a stylesheet of its values', () => {
    expect(themeStyles({ light: { primary: '#0b6e69', radius: '6px' } })).toBe(':root{--primary:#0b6e69;--radius:6px;}')
    expect(themeStyles({ dark: { primary: 'oklch(80% 0.1 180)' } })).toContain('prefers-color-scheme:dark')
    expect(themeStyles({})).toBeUndefined()
  })

  test.each(['red;}body{display:none', 'url(https://evil.example)', 'red/*', '\\72 ed', 'x'.repeat(300), 7])(
    'refuses %s',
    (value) => {
      expect(() => themeStyles({ light: { primary: value as string } })).toThrow('theme.light.primary')
    },
  )

  test('refuses a name that it does not have', () => {
    expect(() => themeStyles({ light: { colour: 'red' } as never })).toThrow('theme.light.colour')
  })
})

describe('a URL of the host', () => {
  test.each(['/home', 'https://example.com', 'http://localhost:3000/x', './up', 'page', 'mailto:a@example.com'])(
    'may be %s',
    (url) => {
      expect(parseUrl('homeUrl', url)).toBe(url)
    },
  )
  test.each(['javascript:alert(1)', '//evil.example', 'data:text/html,x', ' javascript:x', 'vbscript:x', ''])(
    'may not be %s',
    (url) => {
      expect(() => parseUrl('homeUrl', url)).toThrow('homeUrl')
    },
  )
  test('may be a public path only when it is one', () => {
    expect(parsePublicPath('/settings/api-keys')).toBe('/settings/api-keys')
    expect(() => parsePublicPath('https://x')).toThrow('publicPath')
    expect(() => parsePublicPath('//x')).toThrow('publicPath')
  })
})
