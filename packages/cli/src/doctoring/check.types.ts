import type { Ending } from '../exits/exit-codes.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly detail: string
  /** How to put it right; null when nothing is wrong. */
  readonly fix: string | null
  /** How the command ends because of it. */
  readonly ending?: Ending
}

/** A check that passed. */
export function passed(name: string, detail: string): Check {
  return { name, state: 'ok', detail, fix: null }
}

/** A check that found something that is weak, and works. */
export function weak(name: string, detail: string, fix: string): Check {
  return { name, state: 'warning', detail, fix }
}
