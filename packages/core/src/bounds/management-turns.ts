import { BusyError, UnavailableError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { KeyRecord } from '../store/records.ts'
import type { Change } from '../store/store.ts'
import { createWorkQueue } from './work-queue.ts'

/** What a call of the store is for, the most urgent first among those that share places. */
export type CallKind = 'find' | 'defend' | 'commit' | 'read' | 'background'

/** Runs a call of the store when its turn comes. A call that does not come to its turn is never sent. */
export type StoreTurns = <T>(kind: CallKind, workspaceId: string, call: () => Promise<T>) => Promise<T>

// A pool has ten connections unless it is told otherwise. Eight of them leave room for verifying and the poll.
// Reading one key takes as long as verifying one does, and delays no one: many may run together.
const atOnce = { find: 64, defend: 4, rest: 4 }
const maxWaiting = 1_000

/**
 * Makes the turns of management: few calls under way, so that verifying always finds a connection that is free, and in
 * turns by workspace, so that no tenant waits behind all calls of another.
 *
 * Taking trust away and reading single keys have places of their own: what lists and counts may take as long as it
 * does.
 */
export function createManagementTurns(clock: Clock, waitMs: number): StoreTurns {
  const limits = { works: 'management calls', waitMs }
  const finding = createWorkQueue({ ...limits, concurrency: atOnce.find, capacity: { find: maxWaiting } }, clock)
  const defending = createWorkQueue({ ...limits, concurrency: atOnce.defend, capacity: { defend: maxWaiting } }, clock)
  const rest = createWorkQueue(
    {
      ...limits,
      concurrency: atOnce.rest,
      capacity: { commit: maxWaiting, read: maxWaiting, background: maxWaiting },
    },
    clock,
  )

  const inTurn: StoreTurns = (kind, workspaceId, call) => {
    if (kind === 'find') return finding.run(kind, workspaceId, call)
    return kind === 'defend' ? defending.run(kind, workspaceId, call) : rest.run(kind, workspaceId, call)
  }

  return async (kind, workspaceId, call) => {
    try {
      return await inTurn(kind, workspaceId, call)
    } catch (cause) {
      if (!(cause instanceof BusyError)) throw cause
      // To the caller this is a store that does not answer: a revocation goes on from here as from an outage.
      throw new UnavailableError('store', `The store was not asked: ${cause.message}`, { cause })
    }
  }
}

/** What a commit is for: a change that only takes trust away goes before all others. */
export function kindOfCommit({ silent, writes }: Change): CallKind {
  if (silent) return 'background'
  return writes.every((write) => write.type === 'key' && isOver(write.record)) ? 'defend' : 'commit'
}

/** Whose a change is, by what it writes or announces. */
export function workspaceOfCommit({ writes: [write], announcements: [announcement] }: Change): string {
  if (write !== undefined) return write.record.workspaceId
  return announcement !== undefined && 'workspaceId' in announcement ? announcement.workspaceId : ''
}

function isOver({ revokedAt, disabledAt }: KeyRecord): boolean {
  return revokedAt !== null || disabledAt !== null
}
