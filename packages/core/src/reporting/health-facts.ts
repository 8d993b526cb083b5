import { isClavigerError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ReportFault } from './faults.ts'

/** How something that a keyring depends on answered the last time. */
export type PartState = 'up' | 'down' | 'unknown'

/** A failure, as `health()` shows it. */
export interface LastError {
  readonly at: Date
  readonly during: string
  readonly code: string
  readonly message: string
}

/** Notes what happens to the things a keyring depends on. */
export interface HealthFacts {
  set(part: 'store' | 'hasher', state: 'up' | 'down'): void
  failed(during: string, error: unknown): void
  /** The same reporter, whose faults are noted as they pass. */
  noting(report: ReportFault): ReportFault
  readonly store: PartState
  readonly hasher: PartState
  readonly lastError: LastError | null
}

const maxMessage = 1_000

/** Makes notes that are empty. Each holds one word, or the last error: nothing grows. */
export function createHealthFacts(clock: Clock): HealthFacts {
  const parts: { store: PartState; hasher: PartState } = { store: 'unknown', hasher: 'unknown' }
  let last: { at: number; during: string; code: string; message: string } | null = null
  const failed = (during: string, error: unknown): void => {
    last = { at: clock.now(), during, ...told(error) }
  }
  return {
    set(part, state) {
      parts[part] = state
    },
    failed,
    noting: (report) => (error, during, more) => {
      failed(during, error)
      report(error, during, more)
    },
    get store() {
      return parts.store
    },
    get hasher() {
      return parts.hasher
    },
    get lastError() {
      return last === null ? null : { ...last, at: new Date(last.at) }
    },
  }
}

/** Of errors that are not ours only the kind: a driver's message may quote anything. */
function told(error: unknown): { readonly code: string; readonly message: string } {
  if (isClavigerError(error)) return { code: error.code, message: error.message.slice(0, maxMessage) }
  return { code: 'unknown', message: 'An error of your own code or a library: see onError, or claviger:error.' }
}
