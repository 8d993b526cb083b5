import type { Keyring } from '../keyring.types.ts'
import type { Accepted, RefusalCode } from '../verification/verification.ts'
import type { Refusal } from './denial.ts'
import type { Judgement } from './guarded.ts'
import type { HttpRequest } from './request.ts'

/** A refused request. */
export interface Refused extends Refusal {
  readonly ok: false
  /** Only once the secret is proven. */
  readonly keyId?: string
  /** A token of ours came in a way in which none is read: not a request without a key. */
  readonly isAttempt?: boolean
}

/** A request with a good key. */
export interface Passed extends Accepted {
  /** Why a guard refused it all the same. */
  readonly deniedBy?: RefusalCode
  /** Where a guard is demanded. */
  readonly judgement?: Judgement
}

/** What authentication found out about one request. */
export type Outcome = Passed | Refused

/** The outcomes of the requests one keyring has seen. Forgotten with the request. */
export interface Outcomes {
  get(request: HttpRequest): Outcome | undefined
  set(request: HttpRequest, outcome: Outcome): void
}

// On the keyring itself, under a name that every copy of this package knows: an application may have loaded two.
const place: unique symbol = Symbol.for('claviger.http.outcomes')

/** Shared by every authenticator and guard of a keyring, also when `apiKeyAuth` was called several times. */
export function outcomesOf(keyring: Keyring & { readonly [place]?: Outcomes }): Outcomes {
  const known = Object.hasOwn(keyring, place) ? keyring[place] : undefined
  if (known !== undefined) return known
  const outcomes: Outcomes = new WeakMap<HttpRequest, Outcome>()
  // Not enumerable: a keyring made of another one is another keyring.
  Object.defineProperty(keyring, place, { value: outcomes })
  return outcomes
}
