/**
 * What a storage adapter needs: the contract, the records, and the codec that checks them.
 *
 * @module
 */
export { ConfigurationError, CorruptRecordError, UnavailableError, ValidationError } from '../errors/errors.ts'
export { parseOptions } from '../input/parse-options.ts'
export { describeValue } from '../input/describe-value.ts'
export { after, monotonicMs, pause, soon } from '../runtime/timers.ts'
export { isKeyId } from '../token/key-id.ts'
export { type BusiestSource, type DayRequests, findBusiest } from './busiest.ts'
export {
  type Caller,
  type CallerEntry,
  callersByKey,
  type CallersOfKey,
  type CallersQuery,
  isCallerEntry,
  mergeCallers,
  mostCallers,
} from './callers.ts'
export { type CursorPosition, decodeCursor, encodeCursor, requireLimit } from './cursor.ts'
export { describeClient } from './describe-client.ts'
export { mapInTurns } from './in-turns.ts'
export {
  type DueQuery,
  isDue,
  pendingReminder,
  type Reminder,
  type ReminderPlaces,
  reminderPlaces,
  reminders,
} from './due.ts'
export { type DueIndex, type PlaceMove, type PlaceRange, walkDue } from './due-walk.ts'
export {
  type ActivityAfter,
  type FollowerAnswer,
  type FollowerClaim,
  type FollowerState,
  judgeClaim,
  parseClaim,
  type PlacedActivity,
  requirePosition,
} from './follower.ts'
export { judgeWrite } from './judge-write.ts'
export { idempotencyId, mostWrites, parseTargets, parseWrites, requireLocked } from './parse-writes.ts'
export { textAfter } from './prefix.ts'
export {
  type ActivityQuery,
  type AttentionFilter,
  compareForList,
  type KeyQuery,
  type ListPage,
  matchesQuery,
  type ServiceAccountQuery,
} from './query.ts'
export {
  decodeIdempotencyRecord,
  decodeKeyRecord,
  decodeServiceAccount,
  encodeKeyRecord,
  encodeServiceAccount,
} from './record-codec.ts'
export type {
  Activity,
  ActorRef,
  IdempotencyRecord,
  JsonValue,
  KeyRecord,
  Owner,
  SecretRecord,
  ServiceAccountRecord,
} from './records.ts'
export { storedRevision } from './restricted-form.ts'
export { restrictionsOf } from './restrictions.ts'
export { maxRecordLength } from './shape.ts'
export { type KeyStatus, keyStatus } from './status.ts'
export type {
  Announcement,
  BusListener,
  Change,
  CommitResult,
  Head,
  KeyStore,
  LockedRecord,
  LockTarget,
  LoggedChange,
  Marks,
  PollResult,
  PurgeLimits,
  PurgeProgress,
  Subscription,
  Urgency,
  Write,
} from './store.ts'
export { requireMeantFor } from './store-id.ts'
export { type TrialRecords, trialRecords } from './trial-records.ts'
export { type ClientUse, clientUse } from './unclosed.ts'
export {
  type BusiestKeys,
  type BusiestQuery,
  dayMs,
  hourMs,
  type KeyTotals,
  type UsageBatch,
  type UsageCounts,
  type UsageEntry,
  type UsagePoint,
  type UsageQuery,
} from './usage.ts'
export { type CutRange, cutAtDays, dayOf, daysIn, type Span } from './usage-days.ts'
export { addCounts, noCounts, sumEntries, type UsageSummary, usagePoints, usageSummary } from './usage-points.ts'
