import type { Keyring } from '../keyring-types.ts'
import type { Accepted, RefusalCode } from '../verify/verdict.ts'
import type { Refusal } from './denial.ts'
import type { HttpRequest } from './request.ts'

/** A refused request. */
export interface Refused extends Refusal {
  readonly ok: false
  /** Only once the secret is proven. */
  readonly keyId?: string
}

/** A request with a good key. */
export interface Passed extends Accepted {
  /** Why a guard refused it all the same. */
  readonly deniedBy?: RefusalCode
}

/** What authentication found out about one request. */
export type Outcome = Passed | Refused

/** The outcomes of the requests one keyring has seen. Forgotten with the request. */
export interface Outcomes {
  get(request: HttpRequest): Outcome | undefined
  set(request: HttpRequest, outcome: Outcome): void
}

const byKeyring = new WeakMap<Keyring, Outcomes>()

/** Shared by every authenticator and guard of a keyring, also when `apiKeyAuth` was called several times. */
export function outcomesOf(keyring: Keyring): Outcomes {
  const known = byKeyring.get(keyring)
  if (known !== undefined) return known
  const outcomes: Outcomes = new WeakMap<HttpRequest, Outcome>()
  byKeyring.set(keyring, outcomes)
  return outcomes
}
