import { type AttentionFilter, needsAttention } from '../../store/query.ts'
import type { KeyRecord } from '../../store/records.ts'
import { keyStatus } from '../../store/status.ts'
import type { KeyPolicy } from './policy.ts'

/**
 * Why a key needs a look. `rotationDue`: its secret is older than `policy.rotateAfter`. `unused`: last used longer ago
 * than `policy.unusedAfter`. `neverUsed`: as old as that, and never used. `expiring`: ends within `expiryNoticeMs`.
 * `ownerGone`: its owner was found gone.
 */
export type Attention = AttentionFilter['type']

/** Every reason, in the order they are shown. */
export const attentions: readonly Attention[] = ['ownerGone', 'expiring', 'rotationDue', 'unused', 'neverUsed']

/** The question to the store: which keys need this kind of look at an instant? */
export function attentionFilter(type: Attention, policy: KeyPolicy, at: number): AttentionFilter {
  switch (type) {
    case 'rotationDue':
      return { type, secretCreatedBefore: before(at, policy.rotateAfterMs) }
    case 'unused':
      return { type, lastUsedBefore: before(at, policy.unusedAfterMs) }
    case 'neverUsed':
      return { type, createdBefore: before(at, policy.unusedAfterMs) }
    case 'expiring':
      return { type, expiresBefore: at + policy.expiringWithinMs }
    case 'ownerGone':
      return { type }
  }
}

/** Every reason to look at a key. An ended key needs none. */
export function attentionTo(record: KeyRecord, policy: KeyPolicy, at: number): readonly Attention[] {
  const status = keyStatus(record, at)
  if (status === 'revoked' || status === 'expired') return []
  return attentions.filter((type) => needsAttention(record, attentionFilter(type, policy, at)))
}

function before(at: number, ageMs: number): number {
  return Math.max(0, at - ageMs)
}
