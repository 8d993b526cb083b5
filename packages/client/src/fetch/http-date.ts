const imfFixdate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const rfc850 = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/** Reads an HTTP date in any of the three forms of RFC 9110 section 5.6.7, in milliseconds; undefined for other texts. */
export function parseHttpDate(text: string): number | undefined {
  const value = text.trim()
  // Without a zone, it would be read as local time.
  const zoned = asctime.test(value) ? `${value} GMT` : imfFixdate.test(value) || rfc850.test(value) ? value : undefined
  const time = zoned === undefined ? Number.NaN : Date.parse(zoned)
  return Number.isNaN(time) ? undefined : time
}

/** Reads `Retry-After`: seconds or an HTTP date, as milliseconds from now; undefined where it is absent or neither. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const seconds = /^\s*(\d{1,9})\s*$/.exec(value)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1000
  const time = parseHttpDate(value)
  return time === undefined ? undefined : Math.max(time - now, 0)
}

/** The time at which a response was made, by the clock that made it: dates in it are compared with that one. */
export function responseTime(headers: Headers, now: number): number {
  return parseHttpDate(headers.get('Date') ?? '') ?? now
}
