import type { Freshness } from '../following/freshness.ts'
import type { RevokedKeys } from '../following/revoked.ts'
import { requireKnownRestrictions } from '../restrictions/unknown.ts'
import type { Clock } from '../runtime/clock.ts'
import { startBudget, within } from '../runtime/within.ts'
import type { ApiKeys } from '../verification/api-key.ts'
import type { ApiKey, Refused, Verification } from '../verification/verification.ts'
import type { Holdings } from './holdings.ts'
import { judgeOwned, stateRefusal } from './judge.ts'
import type { Owners } from './owners.ts'
import type { Records } from './records.ts'

/** What checking a verified key again is made of. Times in milliseconds. */
export interface RecheckParts {
  readonly records: Records
  readonly owners: Owners
  readonly revoked: RevokedKeys
  readonly apiKeys: ApiKeys
  readonly freshness: Pick<Freshness, 'alive' | 'renewed' | 'confirmed'>
  readonly clock: Clock
  /** Undefined once the store may be used; until then, what to wait for. */
  readonly starting: () => Promise<void> | undefined
  readonly budgetMs: number
}

const gone: Refused = Object.freeze({ ok: false, code: 'invalid_key' })

/**
 * Makes the question "what would a verification with this secret of this key answer now?", for a key that was verified
 * before, whose token is not kept. Reads the store; concurrent questions share its batches.
 *
 * @throws {UnavailableError} when store or owner lookup fail or are too slow
 */
export function createRecheck(parts: RecheckParts): (apiKey: ApiKey) => Promise<Verification> {
  const { records, owners, revoked, apiKeys, freshness, clock } = parts

  return async ({ id, workspaceId, secretVersion }) => {
    const budget = startBudget(clock, parts.budgetMs)
    const starting = parts.starting()
    // Without a lease the store has to show first that it is the one that changes are written to.
    if (starting !== undefined || !freshness.alive(clock.now())) {
      await within(clock, budget.leftMs(), 'store', () => (starting ?? Promise.resolve()).then(freshness.renewed))
    }
    const { record } = await within(clock, budget.leftMs(), 'store', () => records.read(id))
    if (record === null || record === 'corrupt' || record.workspaceId !== workspaceId) {
      await within(clock, budget.leftMs(), 'store', freshness.confirmed)
      return gone
    }
    revoked.see(record)

    const judged = (): { readonly refused: Refused } | { readonly make: (owner: Holdings) => Verification } => {
      const counted = revoked.judged(record)
      const secret = counted.secrets.find(({ version }) => version === secretVersion)
      if (secret === undefined) return { refused: { ok: false, code: 'key_rotated', keyId: id } }
      const refused = stateRefusal(counted, secret, clock.now())
      return refused === undefined ? { make: (owner) => judgeOwned(counted, secret, owner, apiKeys) } : { refused }
    }
    const before = judged()
    if ('refused' in before) return before.refused
    requireKnownRestrictions(record)
    const owner = owners.unbounded(record) ?? (await within(clock, budget.leftMs(), 'owner', () => owners.read(record)))
    // Judged again: an end may have come, or a revocation been asked for, while the owner was looked up.
    const after = judged()
    return 'refused' in after ? after.refused : after.make(owner)
  }
}
