import type { Format } from '../format/format.ts'
import { dayOf, daysAfter, mondayOf, startOfDay } from './days.ts'

/** A part of the log that can be asked for by its name. */
export type Period = 'today' | 'yesterday' | 'week' | 'lastWeek' | '24h' | '7d' | '30d' | '90d' | 'dates'

/** A span of time: from an instant on, up to another. */
export interface Span {
  readonly from?: Date
  readonly to?: Date
}

/** When something is looked for, as it stands in a URL. */
export interface When {
  readonly when: Period | undefined
  /** With `dates`: the first day, and the last one. */
  readonly from: string | undefined
  readonly to: string | undefined
}

const hourMs = 3_600_000
const lengths: ReadonlyMap<string, number> = new Map([
  ['24h', 24 * hourMs],
  ['7d', 7 * 24 * hourMs],
  ['30d', 30 * 24 * hourMs],
  ['90d', 90 * 24 * hourMs],
])
const periods: readonly Period[] = ['today', 'yesterday', 'week', 'lastWeek', '24h', '7d', '30d', '90d', 'dates']

/** Reads the time of a URL or a form. What it does not know counts as not given; days stand in their order. */
export function whenFrom(text: (name: string) => string | null): When {
  const when = periods.find((period) => period === text('when'))
  const [from, to] = ['from', 'to'].map((name) => {
    const day = text(name)?.trim() ?? ''
    return startOfDay(day, 'UTC') === undefined ? undefined : day
  })
  // Days alone are meant, unless a period is named.
  if (when !== 'dates' && (when !== undefined || (from ?? to) === undefined)) {
    return { when, from: undefined, to: undefined }
  }
  return from !== undefined && to !== undefined && from > to
    ? { when: 'dates', from: to, to: from }
    : { when: 'dates', from, to }
}

/** The instants between which something is looked for. Days are those of the time zone of the page. */
export function spanOf({ when, from, to }: When, now: number, timeZone: string): Span {
  if (when === undefined) return {}
  const length = lengths.get(when)
  if (length !== undefined) return { from: new Date(now - length) }
  const today = dayOf(now, timeZone)
  const [first, last] = when === 'dates' ? [from, to] : daysOf(when, today)
  const start = first === undefined ? undefined : startOfDay(first, timeZone)
  const end = last === undefined ? undefined : startOfDay(daysAfter(last, 1), timeZone)
  return {
    ...(start !== undefined && { from: new Date(start) }),
    ...(end !== undefined && { to: new Date(end) }),
  }
}

/** The periods to choose from, with the days that they mean. */
export function periodOptions(
  now: number,
  timeZone: string,
  { shortDay }: Pick<Format, 'shortDay'>,
): readonly (readonly [Period | '', string])[] {
  const today = dayOf(now, timeZone)
  const told = (day: string | undefined): string => {
    const start = day === undefined ? undefined : startOfDay(day, timeZone)
    return start === undefined ? '' : shortDay(new Date(start))
  }
  const [monday] = daysOf('week', today)
  const [lastMonday, sunday] = daysOf('lastWeek', today)
  return [
    ['', 'Any time'],
    ['today', `Today, ${told(today)}`],
    ['yesterday', `Yesterday, ${told(daysAfter(today, -1))}`],
    ['week', `This week, from ${told(monday)}`],
    ['lastWeek', `Last week, ${told(lastMonday)} to ${told(sunday)}`],
    ['24h', 'Last 24 hours'],
    ['7d', 'Last 7 days'],
    ['30d', 'Last 30 days'],
    ['90d', 'Last 90 days'],
    ['dates', 'Choose days'],
  ]
}

/** The first and the last day of a period of whole days. */
function daysOf(period: Period, today: string): readonly [string | undefined, string | undefined] {
  const monday = mondayOf(today)
  switch (period) {
    case 'today':
      return [today, undefined]
    case 'yesterday':
      return [daysAfter(today, -1), daysAfter(today, -1)]
    case 'week':
      return [monday, undefined]
    case 'lastWeek':
      return [daysAfter(monday, -7), daysAfter(monday, -1)]
    default:
      return [undefined, undefined]
  }
}
