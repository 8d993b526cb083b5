import { randomBytes } from 'node:crypto'
import { channels, publish } from '../reporting/diagnostics.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Announcement } from '../store/store.ts'
import type { Verification } from '../verification/verification.ts'
import { createBucketOf } from './bucket.ts'
import type { ChangeTarget } from './change-target.ts'
import { createDigests, type Digests } from './digest.ts'
import { distinctAnnouncements } from './distinct.ts'
import { createEntries, type Entries, type EntryLimits } from './entries.ts'
import { createFence, type Fence } from './fence.ts'
import { createNegatives, type Negatives } from './negatives.ts'
import { keyScope, ownerScope } from './scopes.ts'

/** What a process remembers of keys, and what makes it forget. */
export interface Cache extends ChangeTarget {
  readonly digests: Digests
  readonly entries: Entries
  readonly negatives: Negatives
  readonly fence: Fence
}

/** Bounds of the cache. */
export interface CacheLimits extends EntryLimits {
  readonly maxNegatives: number
  readonly negativeMs: number
}

// Forgetting one takes about a microsecond. Where more are announced at once, everything is forgotten instead.
const maxForgottenAtOnce = 4_096

/** Makes an empty cache. Forgetting raises the fence first, so that no read under way can put back what it clears. */
export function createCache(limits: CacheLimits, clock: Clock): Cache {
  const seed = randomBytes(8)
  const bucketOf = createBucketOf(seed.readUInt32LE(0), seed.readUInt32LE(4))
  const digests = createDigests()
  const entries = createEntries(limits, bucketOf)
  const negatives = createNegatives(limits.maxNegatives, limits.negativeMs, clock)
  const fence = createFence(bucketOf)

  const forget = (announcement: Exclude<Announcement, { type: 'workspace' }>): void => {
    if (announcement.type === 'key') {
      fence.raise(keyScope(announcement.id))
      entries.clearKey(announcement.id)
      return
    }
    const { workspaceId, owner } = announcement
    const scope = ownerScope(announcement)
    fence.raise(scope)
    entries.clearOwner(scope, (verification) => isOwnedBy(verification, workspaceId, owner.type, owner.id))
  }

  /** One walk, however many there are. */
  const forgetWorkspaces = (workspaces: ReadonlySet<string>): void => {
    fence.raiseAll()
    entries.clearWhere((verification) => !verification.ok || workspaces.has(verification.apiKey.workspaceId))
  }

  const flush = (reason: string): void => {
    fence.raiseAll()
    entries.clearAll()
    publish(channels.flush, () => ({ reason }))
  }

  return {
    digests,
    entries,
    negatives,
    fence,
    apply(announcements) {
      const distinct = distinctAnnouncements(announcements)
      if (distinct.length > maxForgottenAtOnce) return flush('many changes')
      const workspaces = new Set<string>()
      for (const announcement of distinct) {
        if (announcement.type === 'workspace') workspaces.add(announcement.workspaceId)
        else forget(announcement)
      }
      if (workspaces.size > 0) forgetWorkspaces(workspaces)
    },
    flush,
  }
}

function isOwnedBy(verification: Verification, workspaceId: string, ownerType: string, ownerId: string): boolean {
  if (!verification.ok) return false
  const { apiKey } = verification
  return apiKey.workspaceId === workspaceId && apiKey.owner.type === ownerType && apiKey.owner.id === ownerId
}
