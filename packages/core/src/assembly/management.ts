import { randomBytes } from 'node:crypto'
import { boundedStore } from '../bounds/bounded-store.ts'
import { createManagementTurns } from '../bounds/management-turns.ts'
import { createEventSink } from '../keys/changes/events.ts'
import { createWithdrawals } from '../keys/changes/withdrawals.ts'
import type { KeyManager } from '../keys/facade/key-manager.types.ts'
import { createManagement } from '../keys/facade/management.ts'
import type { Actor } from '../keys/shapes/actor.ts'
import { createFreeText } from '../keys/shapes/free-text.ts'
import { within } from '../runtime/within.ts'
import { tokenFactory } from '../token/token.ts'
import { type Commits, createCommits } from '../writing/commits.ts'
import { createOwnerFlags, type OwnerFlags } from '../writing/owner-flags.ts'
import { createRehash, type Rehash } from '../writing/rehash.ts'
import { createRepair } from '../writing/repair.ts'
import { createRetention, type Retention } from '../writing/retention.ts'
import { createFollowers, type Followers } from '../followers/followers.ts'
import { createReminders, type Reminders } from '../reminders/reminders.ts'
import type { SharedParts } from './shared-parts.ts'
import type { VerificationAssembly } from './verification.ts'

/** What changes keys: for people, and in the background. */
export interface ManagementAssembly {
  readonly as: (actor: Actor) => KeyManager
  readonly commits: Commits
  readonly rehash: Rehash
  readonly ownerFlags: OwnerFlags
  readonly retention: Retention
  readonly reminders: Reminders
  readonly followers: Followers
  /** Ends what runs in the background. */
  stop(): void
}

/** Puts management together. It calls the store in turns, so that verification never waits for it. */
export function assembleManagement(shared: SharedParts, verification: VerificationAssembly): ManagementAssembly {
  const { options, clock, own, report } = shared
  const { grammar, environments, permissions, resources, defaultPermissions, policy, storeTimeoutMs } = options
  const { cache, caches, freshness, readiness, hashing, apiKeys, owners, revoked, withheld, imported } = verification

  const turns = createManagementTurns(clock, storeTimeoutMs)
  const store = boundedStore(options.store, clock, storeTimeoutMs, turns)
  const confirmed = (): Promise<void> => within(clock, storeTimeoutMs, 'store', freshness.confirmed)
  const commits = createCommits({ store, caches, freshness, confirmed, clock })
  const withdrawals = createWithdrawals(clock, options.pollMs, report)
  const repair = createRepair(store, commits)
  const rehash = createRehash({ hashing, repair, cache, clock, own, report })
  const ownerFlags = createOwnerFlags({ store, repair, owners, clock, own, report })
  const retention = createRetention({
    store: shared.store,
    times: options.retention,
    clock,
    random: Math.random,
    report,
  })
  const reminders = createReminders({
    store: shared.store,
    commits,
    onEvent: options.onEvent,
    times: options.reminders,
    policy,
    clock,
    random: Math.random,
    report,
  })
  const followers = createFollowers({
    store: shared.store,
    ready: async () => readiness.starting(),
    clock,
    random: Math.random,
    report,
  })

  return {
    as: createManagement({
      store,
      commits,
      shared: { caches, entries: cache.entries, revoked, withheld, owners, apiKeys, hashing, imported },
      rules: {
        grammar,
        environments,
        permissions,
        resources,
        defaultPermissions,
        policy,
        freeText: createFreeText(grammar),
      },
      withdrawals,
      events: createEventSink(options.onEvent ?? (() => {}), clock, report),
      generate: tokenFactory(options.random ?? ((size: number): Uint8Array => randomBytes(size))),
      clock,
      ready: async () => readiness.starting(),
      confirmed,
    }),
    commits,
    rehash,
    ownerFlags,
    retention,
    reminders,
    followers,
    stop() {
      for (const part of [withdrawals, retention, reminders, ownerFlags, rehash]) part.stop()
    },
  }
}
