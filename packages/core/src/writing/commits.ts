import { randomBytes } from 'node:crypto'
import type { BoundedStore, LockedTarget } from '../bounds/bounded-store.types.ts'
import type { ChangeTarget } from '../cache/change-target.ts'
import { isClavigerError, UnavailableError } from '../errors/errors.ts'
import type { Freshness } from '../following/freshness.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Change, CommitResult, LockedRecord, Urgency } from '../store/store.ts'
import { compareAndSet } from './compare-and-set.ts'

/** A change as its author knows it; nonce and time are added on the way. */
export type ProposedChange = Omit<Change, 'nonce' | 'at' | 'silent' | 'storeId'> & { readonly silent?: boolean }

/** A change that is decided while its records are locked. */
export interface LockedChange {
  readonly targets: readonly LockedTarget[]
  readonly urgency: Urgency
  /**
   * What replaces the stored records; undefined for nothing. Called again when the store has to start over. What
   * it throws ends the call, and nothing is written.
   */
  decide(stored: readonly LockedRecord[], now: number): ProposedChange | undefined
  /** Called when another writer was first and the change is retried. Only on stores that cannot lock. */
  lost?(): void
}

/** Carries changes to the store, and their meaning to this process's caches. */
export interface Commits {
  /**
   * When this resolves with `ok`, nothing read before the change is used here any more. When it throws, the outcome is
   * unknown and the caches forget as well.
   *
   * @throws {UnavailableError} when the store fails or does not answer in time
   */
  commit(change: ProposedChange): Promise<CommitResult>
  /**
   * The same for a change that is decided under the store's lock, or, where the store has none, by comparing and
   * setting.
   *
   * @returns undefined when nothing had to be written
   * @throws {UnavailableError} also when others kept being first
   */
  commitLocked(change: LockedChange): Promise<CommitResult | undefined>
}

/** What writing is made of. */
export interface CommitParts {
  readonly store: BoundedStore
  readonly caches: ChangeTarget
  readonly freshness: Pick<Freshness, 'applied' | 'storeId'>
  /** Resolves once the store has shown that what was not found is not there. */
  readonly confirmed: () => Promise<void>
  readonly clock: Clock
}

/** Makes the one way to write. */
export function createCommits({ store, caches, freshness, confirmed, clock }: CommitParts): Commits {
  const whole = (change: ProposedChange, nonce: string): Change => ({
    silent: false,
    ...change,
    nonce,
    at: clock.now(),
    ...(freshness.storeId !== undefined && { storeId: freshness.storeId }),
  })

  /** Runs what stores a change: the caches forget what it announced, whatever the outcome. */
  const applying = async <Result extends CommitResult | undefined>(
    nonce: string,
    announced: () => ProposedChange | undefined,
    store: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      const meant = freshness.storeId
      const result = await store()
      const head = result?.ok === true ? result.head : null
      if (head !== null && meant !== undefined && head.storeId !== meant) {
        throw new UnavailableError('store', 'The change went into another store than the one this process knows.')
      }
      if (result?.ok === true && announced()?.silent !== true) freshness.applied(nonce)
      return result
    } finally {
      caches.apply(announced()?.announcements ?? [])
    }
  }

  return {
    async commit(change) {
      const nonce = newNonce()
      return applying(
        nonce,
        () => change,
        () => store.commit(whole(change, nonce)),
      )
    },

    async commitLocked({ targets, urgency, decide, lost }) {
      const nonce = newNonce()
      let proposed: ProposedChange | undefined
      let thrown: { readonly error: unknown } | undefined
      // A store is not trusted with errors of ours: it would take them for its own.
      const ask = (stored: readonly LockedRecord[]): Change | undefined => {
        thrown = undefined
        try {
          const change = decide(stored, clock.now())
          proposed = change ?? proposed
          return change && whole(change, nonce)
        } catch (error) {
          thrown = { error }
          return undefined
        }
      }
      const result = await applying(
        nonce,
        () => proposed,
        () =>
          store.commitLocked === undefined
            ? compareAndSet(store, { targets, urgency, ask, ...(lost && { lost }) }, clock)
            : store.commitLocked(targets, ask, urgency),
      )
      if (thrown === undefined) return result
      // Not for a record that a store lost, or does not know yet.
      if (isAbsence(thrown.error)) await confirmed()
      throw thrown.error
    },
  }
}

function isAbsence(error: unknown): boolean {
  return isClavigerError(error) && error.code.endsWith('_NOT_FOUND')
}

function newNonce(): string {
  return randomBytes(12).toString('base64url')
}
