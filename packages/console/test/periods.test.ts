import { describe, expect, test } from 'vitest'
import { dayOf, daysAfter, mondayOf, startOfDay } from '../src/reading/days.ts'
import { periodOptions, spanOf, whenFrom } from '../src/reading/periods.ts'

const iso = (at: number | Date | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString()

describe('a day', () => {
  test.each([
    ['2030-06-12', 'UTC', '2030-06-12T00:00:00.000Z'],
    ['2030-06-12', 'Asia/Tokyo', '2030-06-11T15:00:00.000Z'],
    ['2030-06-12', 'America/Los_Angeles', '2030-06-12T07:00:00.000Z'],
    // The days on which clocks change in Europe.
    ['2030-03-31', 'Europe/Berlin', '2030-03-30T23:00:00.000Z'],
    ['2030-04-01', 'Europe/Berlin', '2030-03-31T22:00:00.000Z'],
    ['2030-10-27', 'Europe/Berlin', '2030-10-26T22:00:00.000Z'],
    ['2030-10-28', 'Europe/Berlin', '2030-10-27T23:00:00.000Z'],
    // Clocks went from 23:59:59 to 01:00: the day began at one.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
  ])('%s in %s begins at %s', (day, zone, at) => {
    expect(iso(startOfDay(day, zone))).toBe(at)
    expect(dayOf(startOfDay(day, zone) ?? 0, zone)).toBe(day)
  })

  test.each(['', '2030-02-30', '2030-13-01', '30-01-01', '2030-1-1', '2030-01-01T00:00', 'today', '9999999-01-01'])(
    'that does not exist has no beginning: %j',
    (day) => expect(startOfDay(day, 'UTC')).toBeUndefined(),
  )

  test('is counted on over the ends of months and years, and has its Monday', () => {
    expect([daysAfter('2030-02-28', 1), daysAfter('2030-01-01', -1)]).toEqual(['2030-03-01', '2029-12-31'])
    expect(['2030-06-10', '2030-06-12', '2030-06-16', '2030-06-17'].map(mondayOf)).toEqual([
      '2030-06-10',
      '2030-06-10',
      '2030-06-10',
      '2030-06-17',
    ])
  })
})

// A Wednesday: 03:30 in Berlin, where it is 01:30 UTC, and still Tuesday evening in New York.
const now = Date.UTC(2030, 5, 12, 1, 30)
const format = { shortDay: (at: Date): string => at.toISOString().slice(5, 16) }

describe('a period of the log', () => {
  const asked = (search: string): ReturnType<typeof whenFrom> => {
    const query = new URLSearchParams(search)
    return whenFrom((name) => query.get(name))
  }

  test.each([
    ['when=today', 'Europe/Berlin', '2030-06-11T22:00:00.000Z', undefined],
    ['when=today', 'America/New_York', '2030-06-11T04:00:00.000Z', undefined],
    ['when=yesterday', 'Europe/Berlin', '2030-06-10T22:00:00.000Z', '2030-06-11T22:00:00.000Z'],
    ['when=week', 'Europe/Berlin', '2030-06-09T22:00:00.000Z', undefined],
    ['when=lastWeek', 'Europe/Berlin', '2030-06-02T22:00:00.000Z', '2030-06-09T22:00:00.000Z'],
    ['when=24h', 'Europe/Berlin', '2030-06-11T01:30:00.000Z', undefined],
    ['when=7d', 'Europe/Berlin', '2030-06-05T01:30:00.000Z', undefined],
    ['when=90d', 'UTC', '2030-03-14T01:30:00.000Z', undefined],
    ['when=dates&from=2030-06-01&to=2030-06-02', 'UTC', '2030-06-01T00:00:00.000Z', '2030-06-03T00:00:00.000Z'],
    ['from=2030-06-01', 'UTC', '2030-06-01T00:00:00.000Z', undefined],
    ['to=2030-06-02', 'UTC', undefined, '2030-06-03T00:00:00.000Z'],
    ['from=2030-06-02&to=2030-06-01', 'UTC', '2030-06-01T00:00:00.000Z', '2030-06-03T00:00:00.000Z'],
    ['when=dates', 'UTC', undefined, undefined],
    ['when=dates&from=2030-02-31', 'UTC', undefined, undefined],
    ['when=constructor&from=x', 'UTC', undefined, undefined],
    // A period that is chosen counts, and not the days that still stand in the form.
    ['when=24h&from=2030-01-01&to=2030-01-02', 'UTC', '2030-06-11T01:30:00.000Z', undefined],
  ])('%s in %s is from %s to %s', (search, zone, from, to) => {
    const span = spanOf(asked(search), now, zone)
    expect([iso(span.from), iso(span.to)]).toEqual([from, to])
  })

  test('says which days it means, in the zone of the page', () => {
    expect(periodOptions(now, 'UTC', format).map(([, label]) => label)).toEqual([
      'Any time',
      'Today, 06-12T00:00',
      'Yesterday, 06-11T00:00',
      'This week, from 06-10T00:00',
      'Last week, 06-03T00:00 to 06-09T00:00',
      'Last 24 hours',
      'Last 7 days',
      'Last 30 days',
      'Last 90 days',
      'Choose days',
    ])
  })
})
