import {
  type ErrorCode,
  isClavigerError,
  isUnavailable,
  RevocationNotDurableError,
  UnavailableError,
} from '../../errors/errors.ts'
import { publishFault, type ReportFault } from '../../reporting/faults.ts'
import type { Clock } from '../../runtime/clock.ts'
import { ownOwner } from '../rules/rights.ts'
import type { KeyAction, ServiceAccountAction } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { createPlaces } from './fair-places.ts'

/**
 * A change that takes trust away. It holds in this process before the store confirms it, and is carried on until it
 * does.
 */
export interface Withdrawal<T> {
  readonly actor: Actor
  readonly action: KeyAction | ServiceAccountAction
  readonly target: { readonly type: 'key' | 'serviceAccount'; readonly id: string }
  /** Tells two wishes of one actor about one target apart. */
  readonly detail?: string
  /** Whether this process knows the target: targets that a client could have invented wait behind known ones. */
  isKnown(): boolean
  /** Makes this process act as if it was done, where the actor may have it done. The returned function ends that. */
  hold(): () => void
  /** Stores it. `lost`: another writer was first, and it is retried. */
  attempt(lost: () => void): Promise<T>
}

/** Carries out what must not lose. */
export interface Withdrawals {
  /**
   * Stores a withdrawal. When the store does not confirm it, it holds here and is tried again until it is stored.
   *
   * @throws {RevocationNotDurableError} then
   * @throws {UnavailableError} when too many wait already: then it neither holds nor is it tried again
   */
  carryOut<T>(withdrawal: Withdrawal<T>): Promise<T>
  /** The same actor has settled this otherwise by now: what it asked for before is not carried on. */
  overrule(actor: Actor, action: KeyAction | ServiceAccountAction, targetId: string): void
  /** Ends the retries. */
  stop(): void
}

/** A withdrawal that this process acts by. */
interface Held {
  readonly isKnown: boolean
  readonly release: () => void
}

interface Waiting {
  cancel: () => void
  readonly release: () => void
}

// Unconfirmed changes of one workspace, and of all of them.
const maxPerWorkspace = 200
const maxInAll = 10_000

/** What no retry changes. */
const settledBy: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_CLAVIGER_KEY_NOT_FOUND',
  'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND',
  'ERR_CLAVIGER_KEY_ENDED',
  'ERR_CLAVIGER_FORBIDDEN',
  'ERR_CLAVIGER_PERMISSION_CEILING',
  'ERR_CLAVIGER_CONFLICT',
  'ERR_CLAVIGER_VALIDATION',
  'ERR_CLAVIGER_NOT_SUPPORTED',
])

/** Makes the keeper of withdrawals. */
export function createWithdrawals(clock: Clock, retryMs: number, report: ReportFault = publishFault): Withdrawals {
  const places = createPlaces<Waiting>(maxPerWorkspace, maxInAll)
  let stopped = false

  const drop = ({ cancel, release }: Waiting): void => {
    cancel()
    release()
  }

  /** Keeps a withdrawal that holds already. False when there is no place for it. */
  const keep = (withdrawal: Withdrawal<unknown>, { isKnown, release }: Held): boolean => {
    const { actor, action, target } = withdrawal
    const name = nameOf(withdrawal)
    if (places.get(actor.workspaceId, name) !== undefined) {
      // Asked for before, and on its way.
      release()
      return true
    }
    const waiting: Waiting = { cancel: () => {}, release }
    const place = { workspaceId: actor.workspaceId, name, holder: holderOf(actor), isKnown }
    const taken = stopped ? undefined : places.take(place, waiting)
    if (taken === undefined) return false
    for (const displaced of taken.displaced) drop(displaced)
    const retry = async (): Promise<void> => {
      try {
        await withdrawal.attempt(() => {})
      } catch (error) {
        report(error, action, { target })
        if (!isSettled(error)) return plan()
      }
      if (places.get(actor.workspaceId, name) === waiting) places.leave(actor.workspaceId, name)
      release()
    }
    const plan = (): void => {
      if (!stopped && places.get(actor.workspaceId, name) === waiting) {
        waiting.cancel = clock.schedule(retryMs, () => void retry())
      }
    }
    plan()
    return true
  }

  return {
    async carryOut(withdrawal) {
      let held: Held | undefined
      // Asked first: holding forgets what made the target known.
      const hold = (): Held => (held ??= { isKnown: withdrawal.isKnown(), release: withdrawal.hold() })
      try {
        const stored = await withdrawal.attempt(hold)
        held?.release()
        return stored
      } catch (cause) {
        if (!isUnavailable(cause)) {
          held?.release()
          throw cause
        }
        hold()
        const { action, target } = withdrawal
        if (keep(withdrawal, hold())) throw new RevocationNotDurableError(action, target, { cause })
        hold().release()
        const lost = `${target.id}: ${action} was not stored, nor is it being retried. Try again.`
        throw new UnavailableError('store', lost, { cause })
      }
    },

    overrule(actor, action, targetId) {
      const start = nameStart(actor, action, targetId)
      for (const waiting of places.leaveAll(actor.workspaceId, (name) => name.startsWith(start))) drop(waiting)
    },

    stop() {
      stopped = true
      for (const { cancel } of places.clear()) cancel()
    },
  }
}

function nameOf({ actor, action, target, detail = '' }: Withdrawal<unknown>): string {
  return `${nameStart(actor, action, target.id)}${detail}`
}

function nameStart({ type, id }: Actor, action: string, targetId: string): string {
  return `${JSON.stringify([type, id, action, targetId])} `
}

/** A key's owner stands for all its keys: making more of them gives no more room. */
function holderOf(actor: Actor): string {
  const { type, id } = ownOwner(actor) ?? actor
  return JSON.stringify([type, id])
}

function isSettled(error: unknown): boolean {
  return isClavigerError(error) && settledBy.has(error.code)
}
