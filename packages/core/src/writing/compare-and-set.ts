import type { BoundedStore, LockedTarget } from '../bounds/bounded-store.types.ts'
import { UnavailableError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { startBudget } from '../runtime/within.ts'
import type { Change, CommitResult, LockedRecord, Urgency } from '../store/store.ts'
import { contendedAttempts } from './attempts.ts'

/** What is decided over stored records, where the store cannot lock them. */
export interface UnlockedChange {
  readonly targets: readonly LockedTarget[]
  readonly urgency: Urgency
  ask(stored: readonly LockedRecord[]): Change | undefined
  lost?(): void
}

/**
 * Decides and commits, again and again while others are first, as long as one call may take. An ordinary change is tried
 * once: its author decides what a conflict means.
 *
 * @throws {UnavailableError} when others were first every time
 */
export async function compareAndSet(
  store: BoundedStore,
  { targets, urgency, ask, lost }: UnlockedChange,
  clock: Clock,
): Promise<CommitResult | undefined> {
  const budget = startBudget(clock, store.timeoutMs)
  const inBudget = (): BoundedStore => store.lasting(budget.leftMs())
  let known: readonly LockedRecord[] | undefined
  for (let attempt = 0; attempt < contendedAttempts && (attempt === 0 || budget.leftMs() > 0); attempt += 1) {
    const change = ask(known ?? (await readTargets(inBudget(), targets)))
    if (change === undefined) return undefined
    const result = await inBudget().commit(change)
    if (result.ok || urgency === 'ordinary') return result
    lost?.()
    // What the lost commit brought is as fresh as another read, and a round trip sooner.
    const { current } = result
    const isTarget = targets.length === 1 && current !== null && 'revision' in current
    known = isTarget ? [current] : undefined
  }
  throw new UnavailableError('store', 'Others kept changing the same record first.')
}

function readTargets(store: BoundedStore, targets: readonly LockedTarget[]): Promise<readonly LockedRecord[]> {
  return Promise.all(
    targets.map(async ({ type, id, workspaceId }): Promise<LockedRecord> => {
      return type === 'key' ? store.key(workspaceId, id) : ((await store.account(workspaceId, id)) ?? null)
    }),
  )
}
