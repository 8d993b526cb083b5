import type { ChangeTarget } from '../cache/change-target.ts'
import { hearFrom } from '../input/host-code.ts'
import type { ReportFault } from '../reporting/faults.ts'
import type { Announcement } from '../store/store.ts'

/** What this process learned about a change, made by any process. */
export type KeyringChange =
  | Announcement
  /** Changes may have been missed: anything may be another by now. */
  | { readonly type: 'all' }

/** Passes changes on to several targets, in order: each knows of a change before the next one acts on it. */
export function inOrder(targets: readonly ChangeTarget[]): ChangeTarget {
  return {
    apply(announcements) {
      for (const target of targets) target.apply(announcements)
    },
    flush(reason) {
      for (const target of targets) target.flush(reason)
    },
  }
}

/** Tells the host's `onChange`. */
export function toldTo(onChange: (change: KeyringChange) => void, report: ReportFault): ChangeTarget {
  const tell = (change: KeyringChange): void => {
    // A copy: what a listener does to it reaches no other. One that is async may reject in spite of its type.
    hearFrom(
      () => onChange(structuredClone(change)),
      (error) => report(error, 'onChange'),
    )
  }
  return {
    apply: (announcements) => announcements.forEach(tell),
    flush: () => tell({ type: 'all' }),
  }
}
