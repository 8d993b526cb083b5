import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import type { ChangeTarget } from '../../cache/change-target.ts'
import type { Entries } from '../../cache/entries.ts'
import type { RevokedKeys } from '../../following/revoked.ts'
import type { Hashing } from '../../hashing/hashing.ts'
import type { ImportedTokens } from '../../imported/imported-tokens.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { TokenFactory } from '../../token/token.ts'
import type { ApiKeys } from '../../verification/api-key.ts'
import type { Owners } from '../../verify/owners.ts'
import type { WithheldGrants } from '../../verify/withheld-grants.ts'
import type { Commits } from '../../writing/commits.ts'
import { createChanges } from '../changes/change-record.ts'
import type { EventSink } from '../changes/events.ts'
import { type KeyChanges, keyKind } from '../changes/key-kind.ts'
import { createSecretMaker } from '../changes/new-secret.ts'
import { createOwnerLookUp } from '../changes/ownership.ts'
import { createTurns } from '../changes/turns.ts'
import { createRecordWithdrawals } from '../changes/withdraw-record.ts'
import type { Withdrawals } from '../changes/withdrawals.ts'
import { createReading } from '../reading/reading.ts'
import { createActing } from '../rules/acting.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { type AccountChanges, accountKind } from '../service-accounts/account-kind.ts'
import type { Actor } from '../shapes/actor.ts'
import { createKeyManagers } from './key-manager.ts'
import type { KeyManager } from './key-manager.types.ts'

/** What management shares with verification: what counts in this process before the store has it. */
export interface SharedWithVerification {
  readonly caches: ChangeTarget
  readonly entries: Entries
  readonly revoked: RevokedKeys
  readonly withheld: WithheldGrants
  readonly owners: Owners
  readonly apiKeys: ApiKeys
  readonly hashing: Hashing
  readonly imported: ImportedTokens
}

/** What management is put together from. */
export interface ManagementParts {
  /** As management calls it: in turns. */
  readonly store: BoundedStore
  readonly commits: Commits
  readonly shared: SharedWithVerification
  readonly rules: KeyRules
  readonly withdrawals: Withdrawals
  readonly events: EventSink
  readonly generate: TokenFactory
  readonly clock: Clock
  /** Resolves once the store may be used; rejects with `ClosedError` after `close`. */
  readonly ready: () => Promise<void>
  /** Resolves once the store has shown that what was not found before this call is not there. @throws {UnavailableError} */
  readonly confirmed: () => Promise<void>
}

const maxTurnWaitMs = 5_000

/** Puts management together, and gives the facade of an actor. */
export function createManagement(parts: ManagementParts): (actor: Actor) => KeyManager {
  const { store, commits, shared, rules, withdrawals, events, generate, clock, ready, confirmed } = parts
  const { id: newId } = generate
  const { caches, entries, revoked, withheld, owners, apiKeys, hashing, imported } = shared

  const reading = createReading(store, confirmed)
  const acting = createActing({ store, commits, revoked, owners, resources: rules.resources, clock })
  const path = { store, commits, acting, withdrawals, clock, newId }
  const ofKeys = keyKind({ reading, revoked, caches, entries, events, policy: rules.policy })
  const ofAccounts = accountKind({ reading, withheld, caches, entries, events })
  const keys: KeyChanges = { ...createChanges(ofKeys, path), ...createRecordWithdrawals(ofKeys, path) }
  const accounts: AccountChanges = {
    ...createChanges(ofAccounts, path),
    ...createRecordWithdrawals(ofAccounts, path),
  }

  return createKeyManagers({
    store,
    commits,
    reading,
    acting,
    keys,
    accounts,
    rules,
    lookUpOwner: createOwnerLookUp(reading, owners),
    makeSecret: createSecretMaker({ generate, grammar: rules.grammar, hashing, clock }),
    inTurn: createTurns(clock, maxTurnWaitMs),
    hashing,
    imported,
    events,
    owners,
    apiKeys,
    revoked,
    newId,
    clock,
    ready,
  })
}
