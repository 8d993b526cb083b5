import type { UsageEntry } from '@claviger/core/store'

type Place = Pick<UsageEntry, 'workspaceId' | 'hour'>

/** A UTC day of a workspace. */
export interface WorkspaceDay {
  readonly workspaceId: string
  readonly day: number
}

/** How a day of a workspace is listed by age. */
export function dayMember({ workspaceId, day }: WorkspaceDay): string {
  return JSON.stringify([day, workspaceId])
}

/** The inverse of `dayMember`. */
export function dayOfMember(member: string): WorkspaceDay {
  const [day, workspaceId] = JSON.parse(member) as [number, string]
  return { workspaceId, day }
}

/** The field of an hour among the totals of a day. */
export function totalsField(hour: number): string {
  return String(hour)
}

/** The field of the whole day among its totals. */
export const wholeDay = 'day'

/** Reads what the script `add-counts` wrote: an entry for each secret version. A row that cannot be read counts as none. */
export function entriesOfRow(place: Place & Pick<UsageEntry, 'keyId'>, json: string): readonly UsageEntry[] {
  return Object.entries(parsed(json)).flatMap(([version, counts]): UsageEntry[] => {
    if (!Array.isArray(counts)) return []
    const [requests = 0, allowed = 0, clientErrors = 0, serverErrors = 0, lastUsedAt = 0] = counts.map(Number)
    const denied: Record<string, number> = Object.create(null)
    for (const [code, count] of Object.entries(Object(counts[5]))) denied[code] = Number(count)
    const numbers = [requests, allowed, clientErrors, serverErrors, lastUsedAt, ...Object.values(denied)]
    if (!numbers.every(Number.isFinite)) return []
    return [{ ...place, version: Number(version), requests, allowed, denied, clientErrors, serverErrors, lastUsedAt }]
  })
}

function parsed(json: string): object {
  try {
    return Object(JSON.parse(json))
  } catch {
    return {}
  }
}
