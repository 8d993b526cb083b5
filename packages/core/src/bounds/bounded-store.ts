import type { Dependency } from '../errors/errors.ts'
import { bare, isObject } from '../input/plain-fields.ts'
import type { Clock } from '../runtime/clock.ts'
import { unavailable, within } from '../runtime/within.ts'
import { type CallerEntry, type CallersQuery, mergeCallers } from '../store/callers.ts'
import type { ListPage } from '../store/query.ts'
import { dueKey, readableAnswer, readableLines } from '../store/readable-following.ts'
import {
  foundServiceAccount,
  listedActivity,
  listedKey,
  listedServiceAccount,
  readableKey,
  readableMarks,
  readableResult,
  readableTarget,
} from '../store/readable.ts'
import type { ServiceAccountRecord } from '../store/records.ts'
import type { BusListener, Change, KeyStore, LockedRecord, Subscription, Urgency } from '../store/store.ts'
import type { BoundedStore, FoundKeys, LockedTarget } from './bounded-store.types.ts'
import { type CallKind, kindOfCommit, type StoreTurns, workspaceOfCommit } from './management-turns.ts'

/**
 * Bounds a store: the one place where core calls it.
 *
 * @param inTurn when each call is sent. Waiting for it is part of the time that the call may take. Default: at once
 */
export function boundedStore(store: KeyStore, clock: Clock, timeoutMs: number, inTurn?: StoreTurns): BoundedStore {
  const ask = <T>(
    kind: CallKind,
    workspaceId: string,
    call: () => Promise<T>,
    asked: Dependency = 'store',
  ): Promise<T> => within(clock, timeoutMs, asked, inTurn === undefined ? call : () => inTurn(kind, workspaceId, call))

  const read = <Query extends { readonly workspaceId: string }, T>(
    query: Query,
    call: (query: Query) => Promise<T>,
  ): Promise<T> =>
    // A polluted `Object.prototype` adds no condition to a query.
    ask('read', query.workspaceId, () => call(bare(query)))

  const find = (workspaceId: string, ids: readonly string[]): Promise<FoundKeys> =>
    ask('find', workspaceId, () => store.find(ids)).then((found) => ({ get: (id) => foundKey(found, id) }))

  const subscribe = (listener: BusListener): Promise<Subscription | undefined> => {
    let subscribing: Promise<Subscription | undefined> | undefined
    const begin = async (): Promise<Subscription | undefined> => store.subscribe?.(listener)
    return ask('background', '', () => (subscribing = begin())).catch((error: unknown) => {
      subscribing?.then((late) => late?.close()).catch(() => {})
      throw error
    })
  }

  return {
    timeoutMs,
    lasting: (otherMs) => boundedStore(store, clock, otherMs, inTurn),

    find: (ids) => find('', ids),
    keys: find,
    key: async (workspaceId, id) => (await find(workspaceId, [id])).get(id),
    account(workspaceId, id, asked = 'store') {
      const query = bare({ workspaceId, ids: [id], includeDeleted: true, limit: 1 })
      const call = async (): Promise<ServiceAccountRecord | undefined> =>
        foundServiceAccount((await store.services?.(query))?.items[0], workspaceId, id, asked)
      return ask('read', workspaceId, call, asked)
    },
    list: (query) =>
      read(query, async (asked) => pageOf(await store.list(asked), (stored) => listedKey(stored, query.workspaceId))),
    commit: (change) =>
      ask(kindOfCommit(change), workspaceOfCommit(change), async () =>
        readableResult(await store.commit(change), change),
      ),

    commitLocked:
      store.commitLocked &&
      ((targets, decide, urgency) =>
        ask(kindOfLocked(urgency), targets[0]?.workspaceId ?? '', async () =>
          store.commitLocked?.(targets, onReadable(targets, decide), urgency),
        )),
    poll: store.poll && ((since) => ask('read', '', async () => store.poll?.(since))),
    subscribe: store.subscribe && subscribe,
    addUsage: store.addUsage && ((batch) => ask('background', '', async () => store.addUsage?.(batch))),
    usage: store.usage && ((query) => read(query, async (asked) => (await store.usage?.(asked)) ?? [])),
    busiest:
      store.busiest &&
      ((query) =>
        read(query, async (asked) => (await store.busiest?.(asked)) ?? { keys: [], othersAtMost: 0, activeKeys: 0 })),
    addCallers: store.addCallers && ((entries) => ask('background', '', async () => store.addCallers?.(entries))),
    callers: store.callers && ((query) => read(query, async (asked) => callersOf(await store.callers?.(asked), query))),
    activity:
      store.activity &&
      ((query) =>
        read(query, async (asked) => pageOf(await store.activity?.(asked), (entry) => listedActivity(entry, asked)))),
    accounts:
      store.services &&
      ((query) =>
        read(query, async (asked) =>
          pageOf(await store.services?.(asked), (stored) => listedServiceAccount(stored, query.workspaceId)),
        )),
    due:
      store.due &&
      ((query) =>
        ask('background', '', async () => pageOf(await store.due?.(bare(query)), (stored) => dueKey(stored, query)))),
    activityAfter:
      store.activityAfter &&
      ((position, limit) =>
        ask('background', '', async () =>
          readableLines(await store.activityAfter?.(position, limit), position, limit),
        )),
    claimFollower:
      store.claimFollower &&
      ((claim) => ask('background', '', async () => readableAnswer(await store.claimFollower?.(bare(claim)), claim))),
    marks: store.marks && ((proposed) => ask('read', '', async () => readableMarks(await store.marks?.(proposed)))),
    purge:
      store.purge &&
      ((limits) => ask('background', '', async () => (await store.purge?.(limits)) ?? ('done' as const))),
    ready: () => ask('read', '', async () => store.ready?.()),
    close: () => ask('read', '', async () => store.close?.()),
  }
}

// A change that is decided under the store's lock says itself how urgent it is.
function kindOfLocked(urgency: Urgency): CallKind {
  return urgency === 'ordinary' ? 'commit' : 'defend'
}

function onReadable(
  targets: readonly LockedTarget[],
  decide: (stored: readonly LockedRecord[]) => Change | undefined,
): (stored: readonly LockedRecord[]) => Change | undefined {
  return (stored) => decide(targets.map((target, index) => readableTarget(target, stored[index])))
}

function foundKey(found: ReadonlyMap<string, unknown>, id: string): ReturnType<FoundKeys['get']> {
  try {
    return readableKey(id, found.get(id))
  } catch (error) {
    throw unavailable('store', error)
  }
}

/** The callers among what a store gave that are of this key, whatever else it gave. */
function callersOf(found: readonly unknown[] | undefined, query: CallersQuery): readonly CallerEntry[] {
  const ofKey = (found ?? []).filter(
    (one) => isObject(one) && one['workspaceId'] === query.workspaceId && one['keyId'] === query.keyId,
  )
  return mergeCallers(ofKey, [])
}

function pageOf<Row>(page: ListPage<unknown> | undefined, checked: (row: unknown) => readonly Row[]): ListPage<Row> {
  return { items: (page?.items ?? []).flatMap(checked), nextCursor: page?.nextCursor ?? null }
}
