import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { chartText } from '../../src/text/chart.ts'
import { parseDuration, parseExpiry, parseInstant } from '../../src/text/duration.ts'
import { listOf, pairsOf, parseCount } from '../../src/text/lists.ts'
import { countText, plural, shareText } from '../../src/text/numbers.ts'
import { safeText } from '../../src/text/safe-text.ts'
import { type Style, type StyleQuestion, styleFor } from '../../src/text/style.ts'
import { type Column, factsText, plainText, tableText } from '../../src/text/table.ts'
import { dayText, relativeTime, timeText } from '../../src/text/time.ts'
import { noon } from '../support/cli.ts'

const terminal = { isTTY: true, columns: 80 }
const asked: StyleQuestion = { stream: terminal, env: {}, platform: 'linux', color: true }
const bare: Style = styleFor({ ...asked, stream: {} })

describe('a text of someone else', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007name', 'name'],
    ['\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007', 'click'],
    ['\u009b31mred', 'red'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['a\u202eb\u2066c\u200b\ufeff', 'abc'],
    ['over\bwrite\u0007', 'overwrite'],
    ['\u001b[2J\u001b[H', ''],
    ['Gr\u00f6\u00dfe \u65e5\u672c \ud83d\ude80', 'Gr\u00f6\u00dfe \u65e5\u672c \ud83d\ude80'],
  ])('%j is shown as %j', (text, shown) => {
    expect(safeText(text)).toBe(shown)
  })

  test('never moves the cursor, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex
        expect(safeText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }),
    )
  })
})

describe('colours', () => {
  test.each<[string, Partial<StyleQuestion>, boolean]>([
    ['on a terminal', {}, true],
    ['on a pipe', { stream: {} }, false],
    ['with NO_COLOR', { env: { NO_COLOR: '1' } }, false],
    ['with an empty NO_COLOR', { env: { NO_COLOR: '' } }, true],
    ['with --no-color', { color: false }, false],
    ['on a dumb terminal', { env: { TERM: 'dumb' } }, false],
    ['on a pipe with FORCE_COLOR', { stream: {}, env: { FORCE_COLOR: '1' } }, true],
    ['with FORCE_COLOR=0', { env: { FORCE_COLOR: '0' } }, false],
    ['with --no-color and FORCE_COLOR', { color: false, env: { FORCE_COLOR: '1' } }, false],
  ])('%s', (_title, question, isColoured) => {
    expect(styleFor({ ...asked, ...question }).colors.isColorSupported).toBe(isColoured)
  })

  test.each<[string, Partial<StyleQuestion>, string]>([
    ['anywhere else', {}, '\u2713'],
    ['the old console of Windows', { platform: 'win32' }, 'ok'],
    ['the new console of Windows', { platform: 'win32', env: { WT_SESSION: 'x' } }, '\u2713'],
    ['the console of a Linux kernel', { env: { TERM: 'linux' } }, 'ok'],
  ])('marks are what %s can show', (_title, question, mark) => {
    expect(styleFor({ ...asked, ...question }).symbols.ok).toBe(mark)
  })
})

describe('times', () => {
  test.each([
    [0, 'just now'],
    [-59_999, 'just now'],
    [-60_000, '1 min ago'],
    [-3_599_999, '59 min ago'],
    [-3_600_000, '1 h ago'],
    [-47 * 3_600_000, '47 h ago'],
    [-3 * 86_400_000, '3 days ago'],
    [-800 * 86_400_000, '2 years ago'],
    [30_000, 'in a moment'],
    [6 * 86_400_000 - 500, 'in 6 days'],
    [21 * 3_600_000, 'in 21 h'],
  ])('%d ms from now are %s', (difference, text) => {
    expect(relativeTime(new Date(noon + difference).toISOString(), noon)).toBe(text)
  })

  test('are shown in UTC', () => {
    expect(dayText('2026-02-22T23:59:59Z')).toBe('22 Feb 2026')
    expect(timeText('2026-09-03T14:02:00Z')).toBe('3 Sep 2026, 14:02 UTC')
  })
})

describe('a duration', () => {
  test.each([
    ['90d', 7_776_000_000],
    ['24h', 86_400_000],
    ['0', 0],
    ['0s', 0],
    ['2w', 1_209_600_000],
    ['1500ms', 1_500],
  ])('%s', (text, ms) => {
    expect(parseDuration('--overlap', text)).toBe(ms)
  })

  test.each(['', '90', '-1d', '1.5h', '90 d', 'd', '1y', '99999999999d', 'Infinity', '90days', '40000d'])(
    'that is %j is refused',
    (text) => {
      expect(() => parseDuration('--overlap', text)).toThrow('--overlap takes a number and its unit')
    },
  )
})

describe('an end', () => {
  test.each([
    ['90d', '2027-02-01T12:00:00.000Z'],
    ['2027-02-01', '2027-02-01T00:00:00.000Z'],
    ['2027-02-01T12:00:00+02:00', '2027-02-01T10:00:00.000Z'],
    ['never', null],
  ])('%s is %s', (text, at) => {
    expect(parseExpiry('--expires', text, noon)).toBe(at)
  })

  test.each(['2030-02-30', '2030-13-01', 'tomorrow', '2030-01-01T12:00', '2030-01-01 12:00Z', '', '90'])(
    'that is %j is refused',
    (text) => {
      expect(() => parseExpiry('--expires', text, noon)).toThrow('--expires takes')
      expect(() => parseInstant('--from', text)).toThrow('--from takes')
    },
  )
})

describe('lists of flags', () => {
  test('may be repeated or written with commas', () => {
    expect(listOf(['a,b', ' c ', ''])).toEqual(['a', 'b', 'c'])
    expect(listOf(undefined)).toEqual([])
  })

  test('of pairs are split at the first sign of equality', () => {
    expect(pairsOf('--metadata', ['team=a=b', 'x='])).toEqual({ team: 'a=b', x: '' })
    expect(() => pairsOf('--metadata', ['team'])).toThrow('--metadata takes name=value')
  })

  test.each(['0', '-1', '1.5', 'x', '101', '1e2'])('a count of %s is refused', (text) => {
    expect(() => parseCount('--limit', text, 25, 100)).toThrow('from 1 to 100')
  })
})

describe('numbers', () => {
  test('are grouped, and agree with their nouns', () => {
    expect([countText(12_402), shareText(0.0041), plural(1, 'key'), plural(2_000, 'key')]).toEqual([
      '12,402',
      '0.4%',
      '1 key',
      '2,000 keys',
    ])
  })
})

interface Row {
  readonly name: string
  readonly count: number
}

describe('a table', () => {
  const columns: readonly Column<Row>[] = [
    { title: 'Name', cell: ({ name }) => name },
    { title: 'Count', cell: ({ count }) => countText(count), align: 'right' },
  ]
  const rows = [
    { name: 'Production', count: 12_402 },
    { name: '\u65e5\u672c', count: 3 },
  ]

  test('has a column below each title, without borders', () => {
    expect(tableText(columns, rows, bare)).toBe(
      ['NAME         COUNT', 'Production  12,402', '\u65e5\u672c             3'].join('\n'),
    )
  })

  test('becomes a card for each row where it is too wide', () => {
    expect(tableText(columns, rows, { ...bare, width: 12 })).toBe(
      ['Production', '  Count  12,402', '', '\u65e5\u672c', '  Count  3'].join('\n'),
    )
  })

  test('is one record a line for other programs', () => {
    expect(plainText(columns, rows)).toBe('Production\t12,402\n\u65e5\u672c\t3')
  })

  test('of facts leaves out what is not known', () => {
    expect(
      factsText(
        [
          ['ID', 'a'],
          ['Description', ''],
          ['Owner', 'b'],
        ],
        bare,
      ),
    ).toBe('  ID     a\n  Owner  b')
  })
})

describe('a chart', () => {
  const bars = [
    { label: '2026-11-01', allowed: 400, denied: 0 },
    { label: '2026-11-02', allowed: 100, denied: 100 },
    { label: '2026-11-03', allowed: 1, denied: 0 },
    { label: '2026-11-04', allowed: 0, denied: 1 },
    { label: '2026-11-05', allowed: 0, denied: 0 },
  ]

  test('draws what was allowed, and what was denied behind it', () => {
    const bar = (label: string, blocks: string, figure: string): string => `${label}  ${blocks.padEnd(20)}  ${figure}`
    expect(chartText(bars, { ...bare, width: 50 }).split('\n')).toEqual([
      bar('2026-11-01', '\u2588'.repeat(20), '400'),
      bar('2026-11-02', '\u2588'.repeat(5) + '\u2591'.repeat(5), '200 (100 denied)'),
      bar('2026-11-03', '\u258f', '1'),
      bar('2026-11-04', '\u2591', '1 (1 denied)'),
      bar('2026-11-05', '', '0'),
    ])
  })

  test('is drawn in ASCII where there is nothing else', () => {
    const old = styleFor({ ...asked, stream: {}, platform: 'win32' })
    expect(chartText(bars.slice(0, 2), { ...old, width: 50 })).toMatch(/^[\x20-\x7e\n]+$/)
  })

  test('never is wider than the terminal, and never loses a bar', () => {
    const counts = fc.record({ allowed: fc.nat(1_000_000), denied: fc.nat(1_000_000) })
    fc.assert(
      fc.property(
        fc.array(counts, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 60, max: 300 }),
        (all, width) => {
          const lines = chartText(
            all.map((each) => ({ label: '2026-11-01', ...each })),
            { ...bare, width },
          ).split('\n')
          expect(lines).toHaveLength(all.length)
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
          all.forEach(({ allowed, denied }, index) => {
            expect(/[\u2589-\u258f\u2588]/.test(lines[index] ?? '')).toBe(allowed > 0)
            expect(/\u2591/.test(lines[index] ?? '')).toBe(denied > 0)
          })
        },
      ),
    )
  })
})
