import { stackOf } from '../errors/error-text.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { publishFault } from '../reporting/faults.ts'
import { isTokenInUrl } from './credential.ts'
import type { Denial } from './denial.ts'
import type { HttpRequest } from './request.ts'

/** Codes of the process warnings of type `ClavigerWarning`. */
export type WarningCode =
  | 'CLAVIGER_GUARD_WITHOUT_AUTH'
  | 'CLAVIGER_GUARD_FAILED'
  | 'CLAVIGER_GUARD_MISSING'
  | 'CLAVIGER_LIMITER_FAILED'
  | 'CLAVIGER_ON_DENIED_FAILED'
  | 'CLAVIGER_HEADERS_SENT'
  | 'CLAVIGER_HANDLER_FAILED'
  | 'CLAVIGER_BODY_LOST'
  | 'CLAVIGER_CLIENT_ADDRESS'
  | 'CLAVIGER_CALLER_ADDRESS'

/** Tells the host of a fault that no response may show. */
export interface Reporter {
  /** Publishes every fault on `claviger:error`, and warns of the first of each kind. Never throws. */
  fault(code: WarningCode, during: string, advice: string, error?: unknown): void
  /** Publishes the first fault of each kind, and warns of it: for what costs no request its answer. Never throws. */
  once(code: WarningCode, during: string, advice: string, error?: unknown): void
}

/** Publishes a denial on `claviger:denied`. */
export function publishDenied({ code, status }: Denial, keyId: string | undefined): void {
  publish(channels.denied, () => ({ code, status, ...(keyId === undefined ? {} : { keyId }) }))
}

/** Publishes that a client sends a key in a URL, also beside a good one. Checks only where there is a subscriber. */
export function publishCredentialInUrl(request: HttpRequest, tokenPattern: RegExp): void {
  if (!channels.credentialInUrl.hasSubscribers || !isTokenInUrl(request.url, tokenPattern)) return
  publish(channels.credentialInUrl, () => ({ hint: 'credential_in_url' }))
}

/**
 * One reporter for each guard or authenticator.
 *
 * @param redact blots tokens out of what is warned with
 */
export function createReporter(redact: (text: string) => string): Reporter {
  const warned = new Set<WarningCode>()
  const warn = (code: WarningCode, text: string, error: unknown): void => {
    warned.add(code)
    const detail = error === undefined ? '' : redact(stackOf(error))
    process.emitWarning(
      text,
      detail === '' ? { type: 'ClavigerWarning', code } : { type: 'ClavigerWarning', code, detail },
    )
  }
  const tell = (during: string, advice: string, error: unknown): void =>
    publishFault(error ?? new Error(`${during}: ${advice}`), during)
  return {
    fault(code, during, advice, error) {
      tell(during, advice, error)
      if (warned.has(code)) return
      warn(code, `${during}: ${advice} Shown once; every time on the diagnostics channel claviger:error.`, error)
    },
    once(code, during, advice, error) {
      if (warned.has(code)) return
      tell(during, advice, error)
      warn(code, `${during}: ${advice} Shown once.`, error)
    },
  }
}
