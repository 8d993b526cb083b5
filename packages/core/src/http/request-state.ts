import type { Door } from '../door.types.ts'
import type { Selection } from '../restrictions/selection.ts'
import type { DeniedBy } from '../usage/causes.ts'
import type { Accepted } from '../verification/verification.ts'
import type { DenialReason } from './denial.ts'
import type { Judgement } from './guarded.ts'
import type { HttpRequest } from './request.ts'
import type { TakenLimits } from './taken.ts'

/** A request that does not pass. */
export interface Unauthenticated extends DenialReason {
  readonly ok: false
  /** Only once the secret is proven. */
  readonly keyId?: string
  /** A token of ours came in a way in which none is read: not a request without a key. */
  readonly isAttempt?: boolean
  /** Who else was authenticated, by an authenticator of the application. Not a key: what asks for one refuses. */
  readonly other?: Other
}

/** What another authenticator's principal may do, as the application said when it passed. */
export interface Other {
  /** By which `either`: another one asks again. */
  readonly by: object
  /** The declared permissions among its grants. */
  readonly permissions: readonly string[]
  readonly workspaceIds: readonly string[]
  readonly environments: readonly string[]
  /** Null for none at all. */
  readonly resources: Selection | null
}

/** What authentication found out about one request, and what guards made of it. */
export interface RequestState {
  readonly request: HttpRequest
  readonly found: Accepted | Unauthenticated
  /** The field that held the credential, in lower case; undefined where none was found. */
  readonly fieldName: string | undefined
  /** Why a guard denied it although the key is good. */
  deniedBy: DeniedBy | undefined
  /** Where a guard is demanded. */
  judgement: Judgement | undefined
  /** Where a limit has counted it. */
  limits: TakenLimits | undefined
}

/** Nothing was sent. A client that sends a token of ours, in any form, does not want to be anonymous. */
export function isAbsence({ code, isAttempt }: Unauthenticated): boolean {
  return code === 'missing_credentials' && isAttempt !== true
}

/** The states of the requests one keyring has seen. Forgotten with the request. */
export interface RequestStates {
  get(request: HttpRequest): RequestState | undefined
  set(state: RequestState): void
}

/** Shared by every authenticator and guard of a keyring, also when `apiKeyAuth` was called several times. */
export function requestStatesOf({ requests }: Pick<Door, 'requests'>): RequestStates {
  return requests as RequestStates
}
