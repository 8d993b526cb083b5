import type { Instant } from '../../input/instant.ts'
import type { Caller } from '../../store/callers.ts'

/** How long the buckets of a usage series are: an hour, or a UTC day. */
export type UsageBucket = 'hour' | 'day'

/** What `usage` takes. */
export interface UsageInput {
  /** Inclusive; lowered to the start of its bucket. Default: 24 hours (`hour`) or 30 days (`day`) before `to`. */
  readonly from?: Instant | undefined
  /** Exclusive; raised to the end of its bucket. Default: the end of the current bucket. */
  readonly to?: Instant | undefined
  /** Default `day`. At most 31 days by `hour`, 400 by `day`. */
  readonly bucket?: UsageBucket | undefined
}

/** What `usage` of a whole workspace takes. */
export interface WorkspaceUsageInput extends UsageInput {
  /** How many keys `byKey` names, the busiest first: 1 to 100. Default 10. */
  readonly limit?: number | undefined
}

/** What became of requests whose key was proven. */
export interface UsageNumbers {
  /** `allowed` and `denied` together. */
  readonly requests: number
  /** Passed authentication and every guard, whatever the application answered. */
  readonly allowed: number
  /** Refused although the secret was right. */
  readonly denied: number
  /** `denied` by code, such as `key_expired` or `insufficient_permission`. */
  readonly deniedBy: Readonly<Record<string, number>>
  /**
   * Which permission the denied requests lacked, or which type of resources, by code: of several that were asked for, the
   * first. Only of `insufficient_permission`, `owner_lacks_permission` and `resource_not_allowed`; checks of the
   * application are not named.
   */
  readonly lacked: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Allowed, and answered 4xx by the application. */
  readonly clientErrors: number
  /** Allowed, and answered 5xx by the application. */
  readonly serverErrors: number
  /** `serverErrors / requests`, from 0 to 1; 0 without requests. */
  readonly errorRate: number
  /** `denied / requests`, from 0 to 1; 0 without requests. */
  readonly deniedRate: number
}

/** One bucket of a series. */
export interface UsageSeriesPoint extends UsageNumbers {
  /** When the bucket starts. */
  readonly start: Date
}

/** Usage over a range. Counts arrive up to `usage.flushMs` after the requests. */
export interface UsageReport {
  /** Inclusive; the start of the first bucket. */
  readonly from: Date
  /** Exclusive; the end of the last bucket. */
  readonly to: Date
  readonly bucket: UsageBucket
  readonly totals: UsageNumbers
  /** Every bucket of the range in order, those without requests too. */
  readonly series: readonly UsageSeriesPoint[]
}

/** How much one secret of a key was used within the range. */
export interface SecretUsage extends UsageNumbers {
  /** The secret version: 1 for the first. */
  readonly version: number
  readonly lastUsedAt: Date
}

/** Usage of one key. */
export interface KeyUsage extends UsageReport {
  readonly keyId: string
  /** The secrets that were used, the newest first. */
  readonly secrets: readonly SecretUsage[]
  /**
   * While an overlap runs: the share of requests, from 0 to 1, that still come with the previous secret. Counted since
   * the hour of the rotation, as far as that is within the range. Null without an overlap, or without requests since.
   */
  readonly previousSecretShare: number | null
}

/** Usage of one key among others. */
export interface UsageOfKey extends UsageNumbers {
  readonly keyId: string
  readonly lastUsedAt: Date
}

/** Usage of all keys of a workspace, those that are gone too. */
export interface WorkspaceUsage extends UsageReport {
  /**
   * How many keys had requests. Null for a past range of a workspace with many keys: it could not be told without
   * reading the counts of them all.
   */
  readonly activeKeys: number | null
  /** The busiest keys first, ties by id. Every count is exact. */
  readonly byKey: readonly UsageOfKey[]
  /**
   * No key that `byKey` does not name had more requests than this. As long as it is not above the last one named, those
   * are the busiest for certain. It is above only where thousands of keys are used about equally.
   */
  readonly othersAtMost: number
}

/** Who used a secret of a key: from which network, and with which program. */
export interface KeyCaller extends Caller {
  /** The secret version: 1 for the first. */
  readonly version: number
  /** The latest use, accepted or refused. Stored up to a minute late. */
  readonly lastUsedAt: Date
}
