import type { ManagedStore } from '../bounds/managed-store.ts'
import { UnavailableError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { startBudget, within } from '../runtime/within.ts'
import type { Change, CommitResult, LockedRecord, LockTarget, Urgency } from '../store/store.ts'
import { storedServiceAccount } from '../verify/service-account.ts'

/** A record that nobody else writes while a change is decided. */
export interface LockedTarget extends LockTarget {
  readonly workspaceId: string
}

/** What is decided over stored records, where the store cannot lock them. */
export interface UnlockedChange {
  readonly targets: readonly LockedTarget[]
  readonly urgency: Urgency
  ask(stored: readonly LockedRecord[]): Change | undefined
  lost?(): void
}

// Each lost attempt means that somebody else's change went through.
const attempts = 50

/**
 * Decides and commits, again and again while others are first, as long as one call may take. An ordinary change is tried
 * once: its author decides what a conflict means.
 *
 * @throws {UnavailableError} when others were first every time
 */
export async function compareAndSet(
  store: ManagedStore,
  { targets, urgency, ask, lost }: UnlockedChange,
  clock: Clock,
  storeTimeoutMs: number,
): Promise<CommitResult | undefined> {
  const budget = startBudget(clock, storeTimeoutMs)
  let known: readonly LockedRecord[] | undefined
  for (let attempt = 0; attempt < attempts && (attempt === 0 || budget.leftMs() > 0); attempt += 1) {
    const change = ask(known ?? (await read(store, targets, clock, budget.leftMs())))
    if (change === undefined) return undefined
    const result = await within(clock, budget.leftMs(), 'store', () => store.commit(change))
    if (result.ok || urgency === 'ordinary') return result
    lost?.()
    // What the lost commit brought is as fresh as another read, and a round trip sooner.
    const { current } = result
    const isTarget = targets.length === 1 && current !== null && 'revision' in current
    known = isTarget ? [current] : undefined
  }
  throw new UnavailableError('store', 'Others kept changing the same record first.')
}

async function read(
  store: ManagedStore,
  targets: readonly LockedTarget[],
  clock: Clock,
  limitMs: number,
): Promise<readonly LockedRecord[]> {
  return within(clock, limitMs, 'store', async () => {
    const ids = targets.flatMap(({ type, id }) => (type === 'key' ? [id] : []))
    const keys = ids.length === 0 ? new Map() : await store.findFor(targets[0]?.workspaceId ?? '', ids)
    return Promise.all(
      targets.map(async ({ type, id, workspaceId }): Promise<LockedRecord> => {
        if (type === 'key') return keys.get(id) ?? null
        return (await storedServiceAccount(store, workspaceId, id, 'store')) ?? null
      }),
    )
  })
}
