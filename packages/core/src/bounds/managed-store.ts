import { BusyError, UnavailableError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { KeyRecord } from '../store/records.ts'
import type { Change, KeyStore, Write } from '../store/store.ts'
import { createWorkQueue } from './work-queue.ts'

/**
 * A store as management uses it: with few calls under way, so that verifying always finds a connection that is free,
 * and in turns by workspace, so that nobody's calls wait behind all of another's.
 */
export interface ManagedStore extends KeyStore {
  /** `find` for the keys of a workspace. */
  findFor(workspaceId: string, ids: readonly string[]): ReturnType<KeyStore['find']>
}

/** What a call is for, the most urgent first among those that share places. */
type Kind = 'find' | 'defend' | 'commit' | 'read' | 'background'

// A pool has ten connections unless it is told otherwise. Eight of them leave room for verifying and the poll.
// Reading one key takes as long as verifying one does, and holds up nobody: many may come together and see the same.
const atOnce = { find: 64, defend: 4, rest: 4 }
const maxWaiting = 1_000

/**
 * Bounds a store for management. A call that does not come to its turn within `waitMs` is never sent.
 *
 * Taking trust away and reading single keys have places of their own: what lists and counts may take as long as it does.
 */
export function managedStore(store: KeyStore, clock: Clock, waitMs: number): ManagedStore {
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

  const inTurn = <T>(kind: Kind, workspaceId: string, work: () => Promise<T>): Promise<T> => {
    if (kind === 'find') return finding.run(kind, workspaceId, work)
    return kind === 'defend' ? defending.run(kind, workspaceId, work) : rest.run(kind, workspaceId, work)
  }

  const send = async <T>(kind: Kind, workspaceId: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await inTurn(kind, workspaceId, work)
    } catch (cause) {
      if (!(cause instanceof BusyError)) throw cause
      // To the caller this is a store that does not answer: a revocation goes on from here as from an outage.
      throw new UnavailableError('store', `The store was not asked: ${cause.message}`, { cause })
    }
  }

  const findFor: ManagedStore['findFor'] = (workspaceId, ids) => send('find', workspaceId, () => store.find(ids))

  // Whatever methods a store has, and wherever it has them from.
  return new Proxy(store, {
    get(target, name) {
      if (name === 'findFor') return findFor
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function' || typeof name !== 'string') return method
      return (...args: readonly unknown[]) =>
        send(kindOf(name, args), workspaceOf(args[0]), async () => Reflect.apply(method, target, args) as unknown)
    },
  }) as ManagedStore
}

function kindOf(method: string, [argument, , urgency]: readonly unknown[]): Kind {
  if (method === 'find') return 'find'
  // A change that is decided under the store's lock says itself how urgent it is.
  if (method === 'commitLocked') return urgency === 'ordinary' ? 'commit' : 'defend'
  if (method !== 'commit') return 'read'
  const change = argument as Change
  if (change.silent) return 'background'
  return isDefence(change) ? 'defend' : 'commit'
}

/** Whether a change takes trust away and gives none. */
function isDefence({ writes }: Change): boolean {
  return writes.every((write) => write.type === 'key' && isOver(write.record))
}

function isOver({ revokedAt, disabledAt }: KeyRecord): boolean {
  return revokedAt !== null || disabledAt !== null
}

/** Whose a call is: a query says so, a change by what it writes or announces. */
function workspaceOf(argument: unknown): string {
  // Of records to be locked, the first: all are of one workspace.
  const one: unknown = Array.isArray(argument) ? argument[0] : argument
  const { workspaceId, writes, announcements } = Object(one) as {
    readonly workspaceId?: unknown
    readonly writes?: readonly Write[]
    readonly announcements?: Change['announcements']
  }
  if (typeof workspaceId === 'string') return workspaceId
  const [write, announcement] = [writes?.[0], announcements?.[0]]
  if (write !== undefined) return write.record.workspaceId
  return announcement !== undefined && 'workspaceId' in announcement ? announcement.workspaceId : ''
}
