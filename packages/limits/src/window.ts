import type { Clock, LimitWindow } from '@claviger/core'

/** When a window that begins now ends, in milliseconds from now. Calendar periods are those of UTC. */
export function windowMsFrom({ per, windowMs }: LimitWindow, now: number): number {
  return windowMs ?? endOfPeriod(per, now) - now
}

/** The name of the period that runs: part of a counter's name where others begin the windows. Empty for a length. */
export function periodName({ per, windowMs }: LimitWindow, now: number): string {
  if (windowMs !== null) return ''
  return new Date(now).toISOString().slice(0, per === 'month' ? 7 : 10)
}

/** An instant that a window can end at: on the monotonic clock for a length, by the calendar for a period. */
export function endOf(window: LimitWindow, clock: Clock): number {
  return window.windowMs === null ? endOfPeriod(window.per, clock.now()) : clock.monotonic() + window.windowMs
}

/** Milliseconds until an instant of `endOf`; 0 or less when it is over. */
export function leftUntil(end: number, { windowMs }: LimitWindow, clock: Clock): number {
  return end - (windowMs === null ? clock.now() : clock.monotonic())
}

function endOfPeriod(per: LimitWindow['per'], now: number): number {
  const date = new Date(now)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  return per === 'month' ? Date.UTC(year, month + 1, 1) : Date.UTC(year, month, day + 1)
}
