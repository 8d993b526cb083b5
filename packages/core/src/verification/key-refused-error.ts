import { ClavigerError } from '../errors/errors.ts'
import type { Refused } from './verification.ts'

/** A watched key is not good any more for what was opened with it. The `reason` of the signal that `watch` returns. */
export class KeyRefusedError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_KEY_REFUSED'
  /** What a verification answers now. */
  readonly refusal: Refused

  constructor(refusal: Refused) {
    super(`The key is refused now: ${refusal.code}.`)
    this.refusal = refusal
  }
}

// Written down: a minifier renames classes.
Object.defineProperty(KeyRefusedError.prototype, 'name', {
  value: 'KeyRefusedError',
  configurable: true,
  writable: true,
})
