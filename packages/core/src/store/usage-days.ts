import { dayMs } from './usage.ts'

/** Instants from `from` on and before `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A range of hours, cut where UTC days begin. */
export interface CutRange {
  /** Null when the range holds no whole day. */
  readonly wholeDays: Span | null
  /** The hours before and behind the whole days. */
  readonly edges: readonly Span[]
}

/** The start of the UTC day of an instant. */
export function dayOf(at: number): number {
  return Math.floor(at / dayMs) * dayMs
}

/**
 * Cuts a range into whole UTC days and the hours before and behind them: sums kept by the day answer for the first, and
 * only the others are read by the hour. Pure.
 */
export function cutAtDays({ from, to }: Span): CutRange {
  const first = dayOf(from + dayMs - 1)
  const last = dayOf(to)
  if (first >= last) return { wholeDays: null, edges: from < to ? [{ from, to }] : [] }
  const edges = [
    { from, to: first },
    { from: last, to },
  ]
  return { wholeDays: { from: first, to: last }, edges: edges.filter((edge) => edge.from < edge.to) }
}

/** The UTC days that a range touches, oldest first. */
export function daysIn({ from, to }: Span): readonly number[] {
  const first = dayOf(from)
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / dayMs)) }, (_, index) => first + index * dayMs)
}
