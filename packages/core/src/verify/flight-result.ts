import type { Verification } from '../verification/verification.ts'
import type { Proven } from './prover.ts'
import type { RecordRead } from './records.ts'

/** What a flight brings. */
export interface FlightResult {
  /** The spelling it was remembered under. */
  readonly key: string
  readonly verification: Verification
  /** Undefined when there is nothing to remember. */
  readonly basis: Basis | undefined
}

/** What a verification was made of. */
export interface Basis {
  readonly read: RecordRead
  /** Undefined: the token is no key. */
  readonly proven: Proven | undefined
  /** Undefined: the owner was not looked up, or the answer never changes. */
  readonly ownerStamp: number | undefined
}
