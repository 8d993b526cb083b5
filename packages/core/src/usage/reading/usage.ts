import { ForbiddenError, NotSupportedError } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import type { ManagerParts } from '../../keys/facade/parts.ts'
import { findVisible } from '../../keys/reading/read.ts'
import { demand, requireExplicitly } from '../../keys/rules/rights.ts'
import type { Actor } from '../../keys/shapes/actor.ts'
import { ownFields, parseLimit } from '../../keys/shapes/checks.ts'
import type { KeyUsage, UsageInput, WorkspaceUsage, WorkspaceUsageInput } from '../../keys/shapes/usage-types.ts'
import { within } from '../../runtime/within.ts'
import type { KeyRecord } from '../../store/records.ts'
import { keyStatus } from '../../store/status.ts'
import { type BusiestKeys, type BusiestQuery, hourMs, type UsagePoint, type UsageQuery } from '../../store/usage.ts'
import { usageBySecret, usageOfOne, usageOver } from './usage-numbers.ts'
import { queryOf, type UsageRange, usageRange } from './usage-range.ts'

type UsageParts = Pick<ManagerParts, 'store' | 'clock' | 'storeTimeoutMs' | 'confirmed'>

/** Reads how one key was used, if the actor may see it. */
export async function usageOfKey(parts: UsageParts, actor: Actor, id: string, given: UsageInput): Promise<KeyUsage> {
  demand(actor, 'viewUsage')
  const input = ownFields<UsageInput>('usage', given, ['from', 'to', 'bucket'])
  const range = usageRange(input, parts.clock.now())
  requireSupport(parts)
  const record = await findVisible(parts, actor, id)
  const query = { ...queryOf(range, actor.workspaceId), keyId: record.id, groupBy: 'version' } as const
  const points = await read(parts, { ...query, bucket: range.bucket })
  return {
    keyId: record.id,
    ...usageOver(range, points),
    secrets: usageBySecret(points),
    previousSecretShare: await previousShare(parts, record, range, query),
  }
}

/** Reads how all keys of the actor's workspace were used. */
export async function usageOfWorkspace(
  parts: UsageParts,
  actor: Actor,
  given: WorkspaceUsageInput,
): Promise<WorkspaceUsage> {
  demand(actor, 'viewUsage')
  const input = ownFields<WorkspaceUsageInput>('usage', given, ['from', 'to', 'bucket', 'limit'])
  const range = usageRange(input, parts.clock.now())
  const limit = parseLimit(input.limit ?? 10)
  requireExplicitly(actor, 'listAll')
  if (actor.environment !== undefined) {
    throw new ForbiddenError('viewUsage', 'This actor sees the keys of one environment only: ask for one key.')
  }
  requireSupport(parts)
  if (parts.store.busiest === undefined) throw new NotSupportedError('busiest')
  const query = queryOf(range, actor.workspaceId)
  // One after the other: nobody waits for this as a request waits for its key.
  const points = await read(parts, { ...query, bucket: range.bucket })
  const { keys, othersAtMost, activeKeys } = await readBusiest(parts, { ...query, limit })
  return { ...usageOver(range, points), activeKeys, byKey: keys.map(usageOfOne), othersAtMost }
}

async function previousShare(
  parts: UsageParts,
  record: KeyRecord,
  { from, to }: UsageRange,
  query: Omit<UsageQuery, 'bucket'>,
): Promise<number | null> {
  const [current, previous] = record.secrets
  const since = Math.max(from, Math.floor(current.createdAt / hourMs) * hourMs)
  if (previous === undefined || keyStatus(record, parts.clock.now()) !== 'rotating' || since >= to) return null
  const points = await read(parts, { ...query, from: since, bucket: 'total' })
  const requestsOf = (version: number): number => points.find((point) => point.version === version)?.requests ?? 0
  const both = requestsOf(previous.version) + requestsOf(current.version)
  return both === 0 ? null : requestsOf(previous.version) / both
}

function requireSupport({ store }: UsageParts): void {
  if (store.usage === undefined) throw new NotSupportedError('usage')
}

async function read({ store, clock, storeTimeoutMs }: UsageParts, query: UsageQuery): Promise<readonly UsagePoint[]> {
  return (await within(clock, storeTimeoutMs, 'store', async () => store.usage?.(bare(query)))) ?? []
}

async function readBusiest({ store, clock, storeTimeoutMs }: UsageParts, query: BusiestQuery): Promise<BusiestKeys> {
  const nothing = { keys: [], othersAtMost: 0, activeKeys: 0 }
  return (await within(clock, storeTimeoutMs, 'store', async () => store.busiest?.(query))) ?? nothing
}
