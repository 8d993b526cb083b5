import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { ForbiddenError, NotSupportedError } from '../../errors/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord } from '../../store/records.ts'
import { keyStatus } from '../../store/status.ts'
import { hourMs, type UsageQuery } from '../../store/usage.ts'
import type {
  KeyCaller,
  KeyUsage,
  UsageInput,
  WorkspaceUsage,
  WorkspaceUsageInput,
} from '../../usage/reading/usage.types.ts'
import { usageBySecret, usageOfOne, usageOver } from '../../usage/reading/usage-numbers.ts'
import { queryOf, type UsageRange, usageRange } from '../../usage/reading/usage-range.ts'
import { demand, requireExplicitly } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields, parseLimit } from '../shapes/checks.ts'
import type { Reading } from './reading.ts'

/** What reading usage is made of. */
export interface UsageParts {
  readonly store: Pick<BoundedStore, 'usage' | 'busiest' | 'callers'>
  readonly reading: Pick<Reading, 'visibleKey'>
  readonly clock: Clock
}

/** Reads how one key was used, if the actor may see it. */
export async function usageOfKey(parts: UsageParts, actor: Actor, id: string, given: UsageInput): Promise<KeyUsage> {
  demand(actor, 'viewUsage')
  const input = ownFields<UsageInput>('usage', given, ['from', 'to', 'bucket'])
  const range = usageRange(input, parts.clock.now())
  const read = requireSupport(parts)
  const record = await parts.reading.visibleKey(actor, id)
  const query = { ...queryOf(range, actor.workspaceId), keyId: record.id, groupBy: 'version' } as const
  const points = await read({ ...query, bucket: range.bucket })
  return {
    keyId: record.id,
    ...usageOver(range, points),
    secrets: usageBySecret(points),
    previousSecretShare: await previousShare(read, record, range, query, parts.clock.now()),
  }
}

/** Reads who used one key, if the actor may see it. */
export async function callersOfKey(parts: UsageParts, actor: Actor, id: string): Promise<readonly KeyCaller[]> {
  demand(actor, 'viewUsage')
  const { callers } = parts.store
  if (callers === undefined) throw new NotSupportedError('callers')
  const record = await parts.reading.visibleKey(actor, id)
  const found = await callers({ workspaceId: actor.workspaceId, keyId: record.id })
  return found.map(({ version, network, agent, lastUsedAt }) => ({
    version,
    network,
    agent,
    lastUsedAt: new Date(lastUsedAt),
  }))
}

/** Reads how all keys of the actor's workspace were used. */
export async function usageOfWorkspace(
  parts: Omit<UsageParts, 'reading'>,
  actor: Actor,
  given: WorkspaceUsageInput,
): Promise<WorkspaceUsage> {
  demand(actor, 'viewUsage')
  const input = ownFields<WorkspaceUsageInput>('workspaceUsage', given, ['from', 'to', 'bucket', 'limit'])
  const range = usageRange(input, parts.clock.now())
  const limit = parseLimit(input.limit ?? 10)
  requireExplicitly(actor, 'listAll')
  if (actor.environment !== undefined) {
    throw new ForbiddenError('viewUsage', 'This actor sees the keys of one environment only: ask for one key.')
  }
  const read = requireSupport(parts)
  if (parts.store.busiest === undefined) throw new NotSupportedError('busiest')
  const query = queryOf(range, actor.workspaceId)
  // One after the other: this is not as urgent as a request's key.
  const points = await read({ ...query, bucket: range.bucket })
  const { keys, othersAtMost, activeKeys } = await parts.store.busiest({ ...query, limit })
  return { ...usageOver(range, points), activeKeys, byKey: keys.map(usageOfOne), othersAtMost }
}

async function previousShare(
  read: ReadUsage,
  record: KeyRecord,
  { from, to }: UsageRange,
  query: Omit<UsageQuery, 'bucket'>,
  now: number,
): Promise<number | null> {
  const [current, previous] = record.secrets
  const since = Math.max(from, Math.floor(current.createdAt / hourMs) * hourMs)
  if (previous === undefined || keyStatus(record, now) !== 'rotating' || since >= to) return null
  const points = await read({ ...query, from: since, bucket: 'total' })
  const requestsOf = (version: number): number => points.find((point) => point.version === version)?.requests ?? 0
  const both = requestsOf(previous.version) + requestsOf(current.version)
  return both === 0 ? null : requestsOf(previous.version) / both
}

type ReadUsage = NonNullable<BoundedStore['usage']>

function requireSupport({ store }: Pick<UsageParts, 'store'>): ReadUsage {
  if (store.usage === undefined) throw new NotSupportedError('usage')
  return store.usage
}
