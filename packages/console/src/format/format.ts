/** Writes numbers and instants for people. */
export interface Format {
  /** `12,402` */
  number(value: number): string
  /** `12.4K` from ten thousand on */
  compact(value: number): string
  /** `0.4%` of a share from 0 to 1 */
  percent(share: number): string
  /** `3 minutes ago`, `in 6 days` */
  relative(at: Date): string
  /** `3 minutes ago`, and from a week on `3 Nov 2030` */
  logged(at: Date): string
  /** `3 Nov 2030, 14:02 UTC` */
  exact(at: Date): string
  /** `3 Nov 2030` */
  day(at: Date): string
  /** `3 Nov` */
  shortDay(at: Date): string
  /** `3 Nov, 14:02`, beside how long ago that was; from a week on `14:02` */
  clock(at: Date): string
  /** `14:00` */
  hour(at: Date): string
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const steps: readonly (readonly [number, number, Intl.RelativeTimeFormatUnit])[] = [
  // Each ends where the next rounds up to: 60 minutes are an hour.
  [59.5 * minute, minute, 'minute'],
  [35.5 * hour, hour, 'hour'],
  [99.5 * day, day, 'day'],
  [547.5 * day, 30.44 * day, 'month'],
  [Number.POSITIVE_INFINITY, 365.25 * day, 'year'],
]

/** Makes a format. @throws {RangeError} for a locale or a time zone that does not exist */
export function createFormat(locale: string, timeZone: string, now: number): Format {
  const number = new Intl.NumberFormat(locale)
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
  const dated = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options })
  const exact = dated({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  const wholeDay = dated({ day: 'numeric', month: 'short', year: 'numeric' })
  const shortDay = dated({ day: 'numeric', month: 'short' })
  const hours = dated({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

  const isNear = (at: Date): boolean => Math.abs(at.getTime() - now) < 7 * day
  const relatively = (at: Date): string => {
    const distance = at.getTime() - now
    const size = Math.abs(distance)
    if (size < minute) return distance > 0 ? 'in a moment' : 'just now'
    const [, unitMs, unit] = steps.find(([below]) => size < below) ?? [0, day, 'day' as const]
    return relative.format(Math.round(distance / unitMs), unit)
  }

  return {
    number: (value) => number.format(value),
    compact: (value) => (value < 10_000 ? number : compact).format(value),
    percent: (share) => (share > 0 && share < 0.001 ? `<${percent.format(0.001)}` : percent.format(share)),
    relative: relatively,
    logged: (at) => (isNear(at) ? relatively(at) : wholeDay.format(at)),
    clock: (at) => (isNear(at) ? `${shortDay.format(at)}, ${hours.format(at)}` : hours.format(at)),
    exact: (at) => exact.format(at),
    day: (at) => wholeDay.format(at),
    shortDay: (at) => shortDay.format(at),
    hour: (at) => hours.format(at),
  }
}
