const dayMs = 86_400_000

/** The day of an instant in a time zone: `2030-06-12`. */
export function dayOf(at: number, timeZone: string): string {
  const { year, month, day } = partsOf(at, timeZone)
  return dayText(Date.UTC(year, month - 1, day))
}

/** The first instant of a day in a time zone; undefined for what is no day. */
export function startOfDay(day: string, timeZone: string): number | undefined {
  const midnight = midnightOf(day)
  if (midnight === undefined) return undefined
  // Clocks may be changed on that day, even at midnight: of both offsets, the one with which that day begins.
  const starts = [midnight - dayMs, midnight + dayMs].map((near) => midnight - offsetAt(near, timeZone))
  return starts.toSorted((a, b) => a - b).find((start) => dayOf(start, timeZone) === day)
}

/** The day that is so many days after another, or before it. */
export function daysAfter(day: string, count: number): string {
  return dayText((midnightOf(day) ?? 0) + count * dayMs)
}

/** The Monday of the week of a day. */
export function mondayOf(day: string): string {
  return daysAfter(day, -((new Date(midnightOf(day) ?? 0).getUTCDay() + 6) % 7))
}

function midnightOf(day: string): number | undefined {
  const at = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  // There is no February 30, and no parser agrees on what it is.
  return Number.isNaN(at) || dayText(at) !== day ? undefined : at
}

function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** By how much clocks are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(at, timeZone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

type Parts = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>>

function partsOf(at: number, timeZone: string): Parts {
  const numeric = 'numeric'
  const written = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(written.find((one) => one.type === type)?.value ?? Number.NaN)
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}
