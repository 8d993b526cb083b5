import type { HiddenApiKey } from '../key/hidden-key.ts'
import { type ClientClock, warn } from '../runtime.ts'
import { parseHttpDate } from './http-date.ts'

/** That a key ends soon, as the API announced it. */
export interface ExpiryNotice {
  readonly expiresAt: Date
  /** The key, shortened. */
  readonly masked: string
  /** The environment variable it was read from. */
  readonly variable: string | undefined
  /** All of it as a sentence. */
  readonly message: string
}

/**
 * Makes a function that looks at responses for `API-Key-Expires`, and reports the first one.
 *
 * @param report what is told; a warning of the process by default
 */
export function expiryWatch(
  key: HiddenApiKey,
  clock: ClientClock,
  report: (notice: ExpiryNotice) => void = ({ message }) => warn(message),
): (response: Response) => void {
  let isReported = false
  return ({ headers }) => {
    const value = isReported ? null : headers.get('API-Key-Expires')
    const time = value === null ? undefined : parseHttpDate(value)
    if (time === undefined) return
    isReported = true
    const notice = noticeOf(key, time, clock.now())
    try {
      report(notice)
    } catch {
      // A logger that fails must not fail the request.
      warn(notice.message)
    }
  }
}

function noticeOf({ masked, variable }: HiddenApiKey, time: number, now: number): ExpiryNotice {
  const expiresAt = new Date(time)
  const hours = Math.max(Math.round((time - now) / 3_600_000), 0)
  const left = hours < 48 ? `in ${hours} h` : `in ${Math.floor(hours / 24)} days`
  const place = variable === undefined ? 'where it is configured' : `into ${variable}`
  const message =
    `The API key ${masked} stops working at ${expiresAt.toISOString()}, ${left}. ` +
    `Put the newest secret of it, or a new key, ${place}.`
  return { expiresAt, masked, variable, message }
}
