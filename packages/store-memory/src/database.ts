import type { FollowerState, IdempotencyRecord, KeyRecord, ServiceAccountRecord } from '@claviger/core/store'
import { type ActivityBook, activityBook } from './activity.ts'
import { type Bus, localBus } from './bus.ts'
import { type CallersBook, callersBook } from './callers.ts'
import { type ChangeLog, changeLog } from './change-log.ts'
import { type DuePlaces, duePlaces } from './due-places.ts'
import { type Lines, lines } from './lines.ts'
import { type Table, table } from './table.ts'
import { type UsageBook, usageBook } from './usage.ts'

/** Everything one memory store holds. Handles share it. */
export interface Database {
  readonly keys: Table<KeyRecord>
  readonly due: DuePlaces
  readonly accounts: Table<ServiceAccountRecord>
  /** By `idempotencyId`. */
  readonly idempotency: Map<string, IdempotencyRecord>
  readonly activity: ActivityBook
  /** The same entries, of all workspaces together. */
  readonly lines: Lines
  /** By name. */
  readonly followers: Map<string, FollowerState>
  readonly log: ChangeLog
  readonly bus: Bus
  readonly usage: UsageBook
  readonly callers: CallersBook
  readonly marks: Map<string, string>
}

export function emptyDatabase(storeId: string, changeLogLength: number): Database {
  const keys = table<KeyRecord>()
  return {
    keys,
    due: duePlaces(),
    accounts: table(),
    idempotency: new Map(),
    activity: activityBook(),
    lines: lines(),
    followers: new Map(),
    log: changeLog(storeId, changeLogLength),
    bus: localBus(),
    usage: usageBook(keys),
    callers: callersBook(),
    marks: new Map(),
  }
}
