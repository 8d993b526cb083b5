import type { CallerEntry, CallersQuery } from '@claviger/core/store'

/** Writes callers of one key as they are stored. */
export function encodeCallers(callers: readonly CallerEntry[]): string {
  return JSON.stringify(callers.map(({ version, network, agent, lastUsedAt }) => [version, network, agent, lastUsedAt]))
}

/** The inverse of `encodeCallers`, unchecked: for `mergeCallers`, which leaves out what cannot be read. */
export function decodeCallers({ workspaceId, keyId }: CallersQuery, record: string): readonly unknown[] {
  return parsedList(record).map((caller) => {
    const [version, network, agent, lastUsedAt] = Array.isArray(caller) ? (caller as readonly unknown[]) : []
    return { workspaceId, keyId, version, network, agent, lastUsedAt }
  })
}

function parsedList(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
