import { type CallerEntry, callersByKey, type CallersQuery, dayOf, mergeCallers } from '@claviger/core/store'

/** Who used keys. */
export interface CallersBook {
  add(entries: readonly CallerEntry[]): void
  /** Copies. */
  of(query: CallersQuery): readonly CallerEntry[]
  /** Forgets the callers whose last use was on a UTC day that has ended by this instant. */
  purge(before: number): void
}

/** Makes an empty book. */
export function callersBook(): CallersBook {
  const keys = new Map<string, readonly CallerEntry[]>()

  return {
    add(entries) {
      for (const { callers, ...key } of callersByKey(entries)) {
        const place = placeOf(key)
        keys.set(place, mergeCallers(keys.get(place) ?? [], callers))
      }
    },
    of: (query) => mergeCallers(keys.get(placeOf(query)) ?? [], []),
    purge(limit) {
      const before = dayOf(limit)
      for (const [place, callers] of keys) {
        const kept = callers.filter(({ lastUsedAt }) => lastUsedAt >= before)
        if (kept.length > 0) keys.set(place, kept)
        else keys.delete(place)
      }
    },
  }
}

function placeOf({ workspaceId, keyId }: CallersQuery): string {
  return JSON.stringify([workspaceId, keyId])
}
