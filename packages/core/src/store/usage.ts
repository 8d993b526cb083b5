/** Counts of one key's requests. Integers; a store keeps sums at most at `Number.MAX_SAFE_INTEGER`. */
export interface UsageCounts {
  readonly requests: number
  readonly allowed: number
  /**
   * Refused after the secret was proven, by denial code. Behind a space, a code may name what was lacked: the whole text,
   * of up to 128 ASCII characters, is kept.
   */
  readonly denied: Readonly<Record<string, number>>
  /** Allowed requests the host answered with 4xx. */
  readonly clientErrors: number
  /** Allowed requests the host answered with 5xx. */
  readonly serverErrors: number
}

/**
 * Counts of one key and secret version within one hour. Workspace, key, version and hour together name what is added
 * to; a batch may hold several entries of one name, and `requests` counts all uses, accepted or not.
 */
export interface UsageEntry extends UsageCounts {
  readonly workspaceId: string
  readonly keyId: string
  /** Secret version. */
  readonly version: number
  /** Start of the hour, milliseconds since the epoch. */
  readonly hour: number
  /** The latest use within the entry. */
  readonly lastUsedAt: number
}

/** What one process counted since its last batch. */
export interface UsageBatch {
  /** Random, one per process start. */
  readonly instanceId: string
  /** Counts up by one per batch of an instance; a repeated number is the same batch again. */
  readonly sequence: number
  readonly entries: readonly UsageEntry[]
}

/** What `usage` asks a store: the counts of a workspace, or of one key. */
export interface UsageQuery {
  readonly workspaceId: string
  readonly keyId?: string
  /** Inclusive; milliseconds since the epoch, on a full hour. */
  readonly from: number
  /** Exclusive; on a full hour. */
  readonly to: number
  /** `day` is a UTC day; `total` is one point for the whole range. */
  readonly bucket: 'hour' | 'day' | 'total'
  /** Points per secret version of `keyId`; left out, points sum over all versions, or over all keys. */
  readonly groupBy?: 'version'
}

/** Counts of one bucket. Buckets without a request are absent; points come in order of start and version. */
export interface UsagePoint extends UsageCounts {
  /** Start of the bucket; the query's `from` for `total`. */
  readonly start: number
  /** Null unless grouped by version. */
  readonly version: number | null
  readonly lastUsedAt: number
}

/** What `busiest` asks a store. */
export interface BusiestQuery {
  readonly workspaceId: string
  /** Inclusive; on a full hour. */
  readonly from: number
  /** Exclusive; on a full hour. */
  readonly to: number
  /** How many keys to name: 1 to 100. */
  readonly limit: number
}

/** Counts of one key over a whole range. */
export interface KeyTotals extends UsageCounts {
  readonly keyId: string
  readonly lastUsedAt: number
}

/** The keys of a workspace that had the most requests. */
export interface BusiestKeys {
  /** The busiest first, ties by id; every count is exact. Keys without a request are absent. */
  readonly keys: readonly KeyTotals[]
  /**
   * No other key had more requests than this. Where it is not above the last of `keys`, these are the busiest for
   * certain: always with up to 100 keys in use, mostly beyond.
   */
  readonly othersAtMost: number
  /** How many keys had requests. Null when it cannot be told without reading all their counts. */
  readonly activeKeys: number | null
}

/** The length of an hour in milliseconds. */
export const hourMs = 3_600_000
/** The length of a day in milliseconds. */
export const dayMs = 86_400_000
