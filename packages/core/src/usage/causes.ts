import { lackedBy } from '../verification/lacking.ts'
import type { RefusalCode } from '../verification/verification.ts'

/** Why a use was denied: a refusal, or a limit. */
export interface DeniedBy {
  readonly code: RefusalCode | 'rate_limited'
}

// What every store keeps of a code.
const mostBytes = 128

/**
 * Under which name a denied use is counted: the code, and behind a space what was lacked. Both are declared or ours, so
 * that there is a bounded number of names, and each is ASCII. A very long name is left out.
 */
export function causeOf(deniedBy: DeniedBy): string {
  const { code } = deniedBy
  const lacked = lackedBy(deniedBy)
  const cause = lacked === undefined ? code : `${code} ${lacked}`
  return cause.length > mostBytes ? code : cause
}

/** A name that `causeOf` made. */
export interface Cause {
  readonly code: string
  /** A permission, or a type of resources. */
  readonly lacked: string | undefined
}

/** The parts of a name under which denied uses were counted. */
export function readCause(cause: string): Cause {
  const end = cause.indexOf(' ')
  return end === -1 ? { code: cause, lacked: undefined } : { code: cause.slice(0, end), lacked: cause.slice(end + 1) }
}
