const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `3 min ago`, `in 6 days`; from about two years on, in years. */
export function relativeTime(at: string, now: number): string {
  const difference = Date.parse(at) - now
  // What was to last six days lasts six days, also a moment later.
  const span = difference > 0 ? spanOf(difference, Math.round) : spanOf(-difference, Math.floor)
  if (span === undefined) return difference > 0 ? 'in a moment' : 'just now'
  return difference > 0 ? `in ${span}` : `${span} ago`
}

/** `22 Feb 2026`, in UTC. */
export function dayText(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
    .format(new Date(at))
    .replace('Sept', 'Sep')
}

/** `22 Feb 2026, 14:02 UTC` */
export function timeText(at: string): string {
  return `${dayText(at)}, ${new Date(at).toISOString().slice(11, 16)} UTC`
}

function spanOf(ms: number, whole: (count: number) => number): string | undefined {
  if (ms < minuteMs) return undefined
  if (ms < hourMs) return `${whole(ms / minuteMs)} min`
  if (ms < 2 * dayMs) return `${whole(ms / hourMs)} h`
  const days = whole(ms / dayMs)
  return days < 730 ? `${days} days` : `${Math.floor(days / 365)} years`
}
