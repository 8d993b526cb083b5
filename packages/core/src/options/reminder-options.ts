import { ConfigurationError } from '../errors/errors.ts'
import { type Duration, parseDuration } from '../input/duration.ts'
import { flag, parseGroup } from '../input/parse-options.ts'
import type { ReminderTimes } from '../reminders/reminder-times.ts'

/** Which reminders about keys go to `onEvent`, and when. Durations are texts such as `'14d'`. */
export interface ReminderOptions {
  /**
   * How often this process looks for reminders by itself, give or take a quarter. From `'1m'` to `'7d'`; null: never,
   * when a cron job calls `keyring.remind()`. Default `'1h'`, where there is an `onEvent`.
   */
  readonly every?: Duration | null | undefined
  /** How long before its end a key is reminded of. Null: never. Default: `expiryNoticeMs`, 14 days. */
  readonly expiring?: Duration | null | undefined
  /** Whether to remind of keys whose rotation is due (`policy.rotateAfter`). Default true. */
  readonly rotationDue?: boolean | undefined
  /** Whether to remind of keys that were not used for `policy.unusedAfter`. Default true. */
  readonly unused?: boolean | undefined
  /** Whether to remind of keys whose owner was found gone. Default true. */
  readonly ownerGone?: boolean | undefined
  /**
   * How old a cause may be for its reminder to be sent: what was due long ago is no news, and the first run on many old
   * keys must not be a flood. `attention` shows all. From `'1h'` to `'3650d'`; null: any age. Default `'30d'`.
   */
  readonly lookBack?: Duration | null | undefined
}

const minuteMs = 60_000
const dayMs = 86_400_000

const names: readonly (keyof ReminderOptions)[] = [
  'every',
  'expiring',
  'rotationDue',
  'unused',
  'ownerGone',
  'lookBack',
]

/** Checks and fills in. @throws {ConfigurationError} naming the option */
export function resolvedReminders(given: ReminderOptions | undefined, expiryNoticeMs: number): ReminderTimes {
  const options = parseGroup<ReminderOptions>('reminders', given, names)
  const expiringMs = duration('expiring', options.expiring, expiryNoticeMs, { least: minuteMs, most: 3_650 * dayMs })
  const isOn = (name: 'rotationDue' | 'unused' | 'ownerGone'): boolean =>
    options[name] === undefined || flag(`reminders.${name}`, options[name])
  return {
    everyMs: duration('every', options.every, 60 * minuteMs, { least: minuteMs, most: 7 * dayMs, usual: 'h' }),
    expiringMs,
    isSent: {
      expiring: expiringMs > 0 && expiringMs !== Number.POSITIVE_INFINITY,
      rotationDue: isOn('rotationDue'),
      unused: isOn('unused'),
      ownerGone: isOn('ownerGone'),
    },
    lookBackMs: duration('lookBack', options.lookBack, 30 * dayMs, { least: 60 * minuteMs, most: 3_650 * dayMs }),
  }
}

interface Bounds {
  readonly least: number
  readonly most: number
  readonly usual?: 'h' | 'd'
}

/** Milliseconds; `Infinity` for null. */
function duration(
  name: keyof ReminderOptions,
  value: Duration | null | undefined,
  byDefault: number,
  { least, most, usual = 'd' }: Bounds,
): number {
  const option = `reminders.${name}`
  const refuse = (message: string): Error => new ConfigurationError(option, message)
  if (value === null) return Number.POSITIVE_INFINITY
  if (value === undefined) return byDefault
  const ms = parseDuration(option, value, usual, refuse)
  if (ms >= least && ms <= most) return ms
  throw refuse(`Expected ${option} to be from '${shown(least)}' to '${shown(most)}', or null.`)
}

function shown(ms: number): string {
  if (ms % dayMs === 0) return `${ms / dayMs}d`
  return ms % (60 * minuteMs) === 0 ? `${ms / 60 / minuteMs}h` : `${ms / minuteMs}m`
}
