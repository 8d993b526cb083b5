import type { Defect } from '../honest-store.ts'
import { activity } from './activity.ts'
import { atomicity } from './atomicity.ts'
import { bus } from './bus.ts'
import { busiest } from './busiest.ts'
import { callers } from './callers.ts'
import { changeLog } from './change-log.ts'
import { commits } from './commit.ts'
import { copies } from './copies.ts'
import { corruption } from './corruption.ts'
import { deniedCodes } from './denied-codes.ts'
import { due } from './due.ts'
import { filters } from './filters.ts'
import { finality } from './final.ts'
import { followers } from './followers.ts'
import { ids } from './ids.ts'
import { isolation } from './isolation.ts'
import { lastUsed } from './last-used.ts'
import { lifecycle } from './lifecycle.ts'
import { lines } from './lines.ts'
import { locked } from './locked.ts'
import { marks } from './marks.ts'
import { pagination } from './pagination.ts'
import { purging } from './purge.ts'
import { races } from './races.ts'
import { roundTrips } from './round-trips.ts'
import { services } from './services.ts'
import { silence } from './silent.ts'
import { trust } from './trust.ts'
import { usage } from './usage.ts'

/** Planted mistakes by the group of the contract that must notice them. */
export const defectsByGroup: Readonly<Record<string, readonly Defect[]>> = {
  'round trips': roundTrips,
  ids,
  commit: commits,
  'all or nothing': atomicity,
  'a revoked key is final': finality,
  'silent commits': silence,
  races,
  'changes decided under the lock': locked,
  'head and change log': changeLog,
  trust,
  bus,
  'listing in pages': pagination,
  'listing with filters': filters,
  'workspaces do not see each other': isolation,
  'copies in and out': copies,
  usage,
  'denied codes': deniedCodes,
  'busiest keys': busiest,
  'last used': lastUsed,
  callers,
  activity,
  'service accounts': services,
  marks,
  'keys that are due': due,
  'the log of all workspaces': lines,
  followers,
  purge: purging,
  'corrupt rows': corruption,
  lifecycle,
}
