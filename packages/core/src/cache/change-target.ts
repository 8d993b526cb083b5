import type { Announcement } from '../store/store.ts'

/** What following the store's changes does to the caches. */
export interface ChangeTarget {
  /** Forgets what these changes made worthless. */
  apply(announcements: readonly Announcement[]): void
  /** Forgets everything. */
  flush(reason: string): void
}
