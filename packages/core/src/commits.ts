import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Change, CommitResult, KeyStore } from './store/store.ts'
import type { ChangeTarget } from './verify/change-target.ts'
import type { Freshness } from './verify/freshness.ts'
import { within } from './verify/within.ts'

/** A change as its author knows it; nonce and time are added on the way. */
export type ProposedChange = Omit<Change, 'nonce' | 'at' | 'silent'> & { readonly silent?: boolean }

/** Carries changes to the store, and their meaning to this process's caches. */
export interface Commits {
  /**
   * When this resolves with `ok`, nothing read before the change is used here any more. When it throws, the outcome is
   * unknown and the caches forget as well.
   *
   * @throws {UnavailableError} when the store fails or does not answer in time
   */
  commit(change: ProposedChange): Promise<CommitResult>
}

/** Makes the one way to write. */
export function createCommits(
  store: KeyStore,
  caches: ChangeTarget,
  freshness: Pick<Freshness, 'applied'>,
  clock: Clock,
  storeTimeoutMs: number,
): Commits {
  return {
    async commit(change) {
      const nonce = randomBytes(12).toString('base64url')
      const whole: Change = { silent: false, ...change, nonce, at: clock.now() }
      try {
        const result = await within(clock, storeTimeoutMs, 'store', () => store.commit(whole))
        if (result.ok && !whole.silent) freshness.applied(nonce)
        return result
      } finally {
        caches.apply(change.announcements)
      }
    },
  }
}
