import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Change, CommitResult, KeyStore } from './store/store.ts'
import type { ChangeTarget } from './verify/freshness.ts'
import { within } from './verify/within.ts'

/** Carries changes to the store, and their meaning to this process's caches. */
export interface Commits {
  /**
   * When this resolves with `ok`, nothing read before the change is used here any more. When it throws, the outcome is
   * unknown and the caches forget as well.
   *
   * @throws {UnavailableError} when the store fails or does not answer in time
   */
  commit(change: Omit<Change, 'nonce' | 'at' | 'silent'> & { readonly silent?: boolean }): Promise<CommitResult>
}

/** Makes the one way to write. */
export function createCommits(store: KeyStore, caches: ChangeTarget, clock: Clock, storeTimeoutMs: number): Commits {
  return {
    async commit(change) {
      const whole: Change = { silent: false, ...change, nonce: randomBytes(12).toString('base64url'), at: clock.now() }
      try {
        return await within(clock, storeTimeoutMs, 'store', () => store.commit(whole))
      } finally {
        caches.apply(change.announcements)
      }
    },
  }
}
