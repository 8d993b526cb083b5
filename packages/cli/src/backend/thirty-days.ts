import { isClavigerError, type KeyManager, type ManagedKey } from '@claviger/core'

/** How often a key was used in the last thirty days. */
export interface Counts {
  readonly requests: number
  readonly denied: number
}

const rangeMs = 30 * 86_400_000
// More names than this are not told at once.
const mostNamed = 100

/**
 * The use of keys in the last thirty days, in one question for all of them, and one more for each that is not among the
 * busiest. Empty where use is not counted.
 */
export async function countsOf(
  manager: KeyManager,
  keys: readonly ManagedKey[],
  now: number,
): Promise<ReadonlyMap<string, Counts>> {
  const used = keys.filter(({ lastUsedAt }) => lastUsedAt !== null && lastUsedAt.getTime() > now - rangeMs)
  try {
    const busiest = used.length > 1 ? (await manager.workspaceUsage({ limit: mostNamed })).byKey : []
    const counts = new Map<string, Counts>(keys.map(({ id }) => [id, { requests: 0, denied: 0 }]))
    for (const { keyId, requests, denied } of busiest) counts.set(keyId, { requests, denied })
    const named = new Set(busiest.map(({ keyId }) => keyId))
    for (const { id } of used) {
      if (named.has(id)) continue
      const { totals } = await manager.usage(id)
      counts.set(id, { requests: totals.requests, denied: totals.denied })
    }
    return counts
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_NOT_SUPPORTED') return new Map()
    throw error
  }
}
