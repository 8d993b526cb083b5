import { channels, publish } from '../diagnostics.ts'
import type { Clock } from '../clock.ts'
import type { Announcement } from '../store/store.ts'
import { createDigests, type Digests } from './digest.ts'
import { createEntries, type Entries } from './entries.ts'
import { createFence, type Fence } from './fence.ts'
import type { ChangeTarget } from './change-target.ts'
import { createNegatives, type Negatives } from './negatives.ts'
import { ownerScope } from './owners.ts'
import { keyScope } from './records.ts'
import type { Verification } from './verdict.ts'

/** What a process remembers of keys, and what makes it forget. */
export interface Cache extends ChangeTarget {
  readonly digests: Digests
  readonly entries: Entries
  readonly negatives: Negatives
  readonly fence: Fence
}

/** Bounds of the cache. */
export interface CacheLimits {
  readonly maxEntries: number
  readonly maxNegatives: number
  readonly negativeMs: number
}

/** Makes an empty cache. Forgetting raises the fence first, so that no read under way can put back what it clears. */
export function createCache({ maxEntries, maxNegatives, negativeMs }: CacheLimits, clock: Clock): Cache {
  const digests = createDigests()
  const entries = createEntries(maxEntries)
  const negatives = createNegatives(maxNegatives, negativeMs, clock)
  const fence = createFence()

  const forget = (announcement: Announcement): void => {
    switch (announcement.type) {
      case 'key':
        fence.raise(keyScope(announcement.id))
        entries.clearKey(announcement.id)
        return
      case 'owner': {
        const { workspaceId, owner } = announcement
        fence.raise(ownerScope(announcement))
        // A refusal does not say whose key it is: drop those too.
        entries.clearWhere((verdict) => !verdict.ok || isOwnedBy(verdict, workspaceId, owner.type, owner.id))
        return
      }
      case 'workspace': {
        const { workspaceId } = announcement
        fence.raiseAll()
        entries.clearWhere((verdict) => !verdict.ok || verdict.apiKey.workspaceId === workspaceId)
        return
      }
    }
  }

  return {
    digests,
    entries,
    negatives,
    fence,
    apply(announcements) {
      for (const announcement of announcements) forget(announcement)
    },
    flush(reason) {
      fence.raiseAll()
      entries.clearAll()
      publish(channels.flush, () => ({ reason }))
    },
  }
}

function isOwnedBy(verdict: Verification, workspaceId: string, ownerType: string, ownerId: string): boolean {
  if (!verdict.ok) return false
  const { apiKey } = verdict
  return apiKey.workspaceId === workspaceId && apiKey.owner.type === ownerType && apiKey.owner.id === ownerId
}
