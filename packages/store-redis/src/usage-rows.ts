import type { UsageEntry } from '@claviger/core/store'
import { unescaped } from './keys.ts'

type Hour = Pick<UsageEntry, 'workspaceId' | 'hour'>

/** How an hour of a workspace is listed by age. */
export function countsMember({ workspaceId, hour }: Hour): string {
  return JSON.stringify([hour, workspaceId])
}

/** The inverse of `countsMember`. */
export function hourOfMember(member: string): Hour {
  const [hour, workspaceId] = JSON.parse(member) as [number, string]
  return { workspaceId, hour }
}

/** Reads what the script `add-counts` wrote: pairs of key id and row. A row that cannot be read counts as none. */
export function entriesOfRow({ workspaceId, hour }: Hour, pairs: readonly string[]): readonly UsageEntry[] {
  return pairs.flatMap((keyId, index) => {
    if (index % 2 === 1) return []
    const row = parsed(pairs[index + 1] ?? '{}')
    return Object.entries(row).flatMap(([version, counts]): UsageEntry[] => {
      if (!Array.isArray(counts)) return []
      const [requests = 0, allowed = 0, clientErrors = 0, serverErrors = 0, lastUsedAt = 0] = counts.map(Number)
      const denied: Record<string, number> = Object.create(null)
      for (const [code, count] of Object.entries(Object(counts[5]))) denied[code] = Number(count)
      const key = { workspaceId, keyId: unescaped(keyId), version: Number(version), hour }
      return [{ ...key, requests, allowed, denied, clientErrors, serverErrors, lastUsedAt }]
    })
  })
}

function parsed(json: string): object {
  try {
    return Object(JSON.parse(json))
  } catch {
    return {}
  }
}
