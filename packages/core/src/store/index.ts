/**
 * What a storage adapter needs: the contract, the records, and the codec that checks them.
 *
 * @module
 */
export { ConfigurationError, CorruptRecordError, UnavailableError, ValidationError } from '../errors.ts'
export { checkedWrites, idempotencyId, mostWrites } from './checked-writes.ts'
export { checkLimit, type CursorPosition, decodeCursor, encodeCursor } from './cursor.ts'
export { judgeWrite } from './judge-write.ts'
export {
  type ActivityQuery,
  type AttentionFilter,
  compareForList,
  type KeyQuery,
  matchesQuery,
  type Page,
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
  Json,
  KeyRecord,
  Owner,
  SecretRecord,
  ServiceAccount,
} from './records.ts'
export { type KeyStatus, keyStatus } from './status.ts'
export type {
  Announcement,
  BusListener,
  Change,
  CommitResult,
  Head,
  KeyStore,
  LoggedChange,
  PollResult,
  PurgeLimits,
  Subscription,
  Write,
} from './store.ts'
export {
  dayMs,
  hourMs,
  type UsageBatch,
  type UsageCounts,
  type UsageEntry,
  type UsagePoint,
  type UsageQuery,
} from './usage.ts'
export { addCounts, noCounts, usagePoints, type UsageSummary, usageSummary } from './usage-points.ts'
