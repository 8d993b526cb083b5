import type { GrantSet } from '../permissions/match.ts'
import type { Selection } from '../restrictions/selection.ts'

/** What an owner holds now. */
export interface Holdings {
  /** Null: the owner is gone. */
  readonly grants: GrantSet | null
  /** Which resources it reaches. */
  readonly resources: Selection
}
