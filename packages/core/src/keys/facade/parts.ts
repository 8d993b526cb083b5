import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import type { ChangeTarget } from '../../cache/change-target.ts'
import type { Entries } from '../../cache/entries.ts'
import type { RevokedKeys } from '../../following/revoked.ts'
import type { Hashing } from '../../hashing/hashing.ts'
import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { TokenGrammar } from '../../token/grammar.ts'
import type { TokenFactory } from '../../token/token.ts'
import type { ApiKeys } from '../../verification/api-key.ts'
import type { Owners } from '../../verify/owners.ts'
import type { WithheldGrants } from '../../verify/withheld-grants.ts'
import type { Commits } from '../../writing/commits.ts'
import type { Turns } from '../changes/turns.ts'
import type { Withdrawals } from '../changes/withdrawals.ts'
import type { FreeText } from '../shapes/free-text.ts'
import type { KeyPolicy } from '../shapes/policy.ts'
import type { EventSink } from '../changes/events.ts'

/** What managing keys is made of. Times in milliseconds. */
export interface ManagerParts {
  readonly store: BoundedStore
  readonly commits: Commits
  readonly entries: Entries
  readonly revoked: RevokedKeys
  readonly withheld: WithheldGrants
  readonly withdrawals: Withdrawals
  readonly caches: ChangeTarget
  readonly hashing: Hashing
  readonly owners: Owners
  readonly apiKeys: ApiKeys
  readonly events: EventSink
  /** What is accepted. */
  readonly grammar: TokenGrammar
  /** The environments that keys are made of. */
  readonly environments: readonly string[]
  readonly permissions: PermissionCatalogue
  readonly defaultPermissions: readonly string[]
  readonly policy: KeyPolicy
  readonly freeText: FreeText
  readonly generate: TokenFactory
  readonly inTurn: Turns
  readonly clock: Clock
  /** Resolves once the store may be used; rejects with `ClosedError` after `close`. */
  readonly ready: () => Promise<void>
  /** Resolves once the store has shown that what was not found before this call is not there. @throws {UnavailableError} */
  readonly confirmed: () => Promise<void>
}
