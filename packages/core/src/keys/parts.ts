import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { EventSink } from '../events.ts'
import type { Hashing } from '../hashing/hashing.ts'
import type { KeyStore } from '../store/store.ts'
import type { TokenGrammar } from '../token/grammar.ts'
import type { RandomBytes } from '../token/token.ts'
import type { Entries } from '../verify/entries.ts'
import type { ChangeTarget } from '../verify/change-target.ts'
import type { RevokedKeys } from '../verify/revoked.ts'
import type { InputRules } from './input.ts'

/** What managing keys is made of. Times in milliseconds. */
export interface ManagerParts {
  readonly store: KeyStore
  readonly commits: Commits
  readonly entries: Entries
  readonly revoked: RevokedKeys
  readonly caches: ChangeTarget
  readonly hashing: Hashing
  readonly events: EventSink
  readonly grammar: TokenGrammar
  readonly rules: InputRules
  readonly defaultPermissions: readonly string[]
  readonly random: RandomBytes
  readonly clock: Clock
  readonly storeTimeoutMs: number
  /** How long to wait before an unconfirmed revocation is tried again. */
  readonly retryMs: number
  /** Resolves once the store may be used; rejects with `ClosedError` after `close`. */
  readonly ready: () => Promise<void>
}
