import { type CallerEntry, type CallersQuery, isCallerEntry } from '@claviger/core/store'

/**
 * How a caller stands in the sorted set of its key. Among callers of one instant, `mergeCallers` and Redis have the same
 * order.
 */
export function callerMember({ version, network, agent }: CallerEntry): string {
  return JSON.stringify([version, network, agent])
}

/** The inverse of `callerMember`; undefined where it cannot be read. */
export function callerOf(key: CallersQuery, member: string, lastUsedAt: number): CallerEntry | undefined {
  const [version, network, agent] = parsedList(member)
  const { workspaceId, keyId } = key
  const entry = { workspaceId, keyId, version, network, agent, lastUsedAt }
  return isCallerEntry(entry) ? entry : undefined
}

/** How a key with callers is listed by age. */
export function callersMember({ workspaceId, keyId }: CallersQuery): string {
  return JSON.stringify([workspaceId, keyId])
}

/** The inverse of `callersMember`; undefined where it cannot be read. */
export function callersOfMember(member: string): CallersQuery | undefined {
  const [workspaceId, keyId] = parsedList(member)
  return typeof workspaceId === 'string' && typeof keyId === 'string' ? { workspaceId, keyId } : undefined
}

function parsedList(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
