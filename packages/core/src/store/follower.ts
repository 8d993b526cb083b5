import { ValidationError } from '../errors/errors.ts'
import type { Activity } from './records.ts'

/** One line of the activity log of all workspaces, and its place there. */
export interface PlacedActivity {
  /** Counts up by one with each line that is committed, from 1. */
  readonly position: number
  readonly entry: Activity
}

/** The answer to `activityAfter`. */
export interface ActivityAfter {
  /** In the order of their positions. A position that is missing is one of a line that is gone, or cannot be read. */
  readonly items: readonly PlacedActivity[]
  /**
   * How far the page goes: each line up to there is in `items`, or is gone. `last`, when there is nothing behind it. A page
   * may have fewer items than asked for, or none, and not be the end.
   */
  readonly through: number
  /** The position of the last line that was committed, also when it is gone; 0 when there was none. */
  readonly last: number
}

/** What a follower of the log asks for: to be the one of its name, or to stay it. */
export interface FollowerClaim {
  /** At most 128 characters. */
  readonly name: string
  /** Tells this follower from every other of its name; random. At most 64 characters. */
  readonly holder: string
  /** Now, by the clock of the follower. Epoch milliseconds. */
  readonly at: number
  /** Until when it wants to be the one. Not after `at`: it gives up. */
  readonly until: number
  /** How far it has come: stored if it is the one already. */
  readonly position?: number
}

/** What is stored of the followers of one name. */
export interface FollowerState {
  readonly holder: string
  readonly until: number
  /** How far they have come; null when no one said. */
  readonly position: number | null
}

/** The answer to `claimFollower`: what is stored now. */
export interface FollowerAnswer extends FollowerState {
  /** Whether the caller is the one. False after it gave up. */
  readonly isHeld: boolean
}

const maxName = 128
const maxHolder = 64

/**
 * What a claim makes of what is stored, for stores: the rule of `claimFollower`. The one that holds it may do
 * everything; others may only take over what has run out. Pure.
 *
 * @returns `stored` is what to store now; the same object when nothing changes
 *
 * @example
 * const claim = { name: 'siem', holder: 'process-1', at: Date.now(), until: Date.now() + 30_000 }
 * console.log(judgeClaim(null, claim).answer.isHeld) // true
 */
export function judgeClaim(
  stored: FollowerState | null,
  { holder, at, until, position }: FollowerClaim,
): { readonly stored: FollowerState | null; readonly answer: FollowerAnswer } {
  const isHolder = stored?.holder === holder
  const isFree = stored === null || stored.until <= at
  const wants = until > at
  if (!isHolder && !(isFree && wants)) return { stored, answer: { ...(stored ?? nobody), isHeld: false } }
  const next = {
    holder,
    until: wants ? until : 0,
    position: (isHolder ? position : undefined) ?? stored?.position ?? null,
  }
  return { stored: next, answer: { ...next, isHeld: wants } }
}

const nobody: FollowerState = { holder: '', until: 0, position: null }

/**
 * For stores: checks what no caller may get wrong. The first step of `claimFollower`.
 *
 * @throws {ValidationError}
 */
export function parseClaim({ name, holder, at, until, position }: FollowerClaim): FollowerClaim {
  requireText('name', name, maxName)
  requireText('holder', holder, maxHolder)
  for (const [field, value] of Object.entries({ at, until, position: position ?? 0 })) {
    if (Number.isSafeInteger(value) && value >= 0) continue
    throw new ValidationError(field, `Expected ${field} to be an integer of at least 0.`)
  }
  return { name, holder, at, until, ...(position !== undefined && { position }) }
}

/**
 * For stores: checks what `activityAfter` is asked for.
 *
 * @throws {ValidationError}
 */
export function requirePosition(position: unknown): asserts position is number {
  if (Number.isSafeInteger(position) && (position as number) >= 0) return
  throw new ValidationError('position', 'Expected position to be an integer of at least 0.')
}

function requireText(field: string, value: unknown, most: number): void {
  if (typeof value === 'string' && value.length >= 1 && value.length <= most && !/[\0\p{Surrogate}]/u.test(value))
    return
  throw new ValidationError(field, `Expected ${field} to be a text of 1 to ${most} characters.`)
}
