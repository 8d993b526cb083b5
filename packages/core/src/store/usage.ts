/** Counts of one key's requests. Integers; a store keeps sums at most at `Number.MAX_SAFE_INTEGER`. */
export interface UsageCounts {
  readonly requests: number
  readonly allowed: number
  /** Refused after the secret was proven, by denial code. */
  readonly denied: Readonly<Record<string, number>>
  /** Allowed requests the host answered with 4xx. */
  readonly clientErrors: number
  /** Allowed requests the host answered with 5xx. */
  readonly serverErrors: number
}

/** Counts of one key and secret version within one hour. */
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

/** What `usage` asks a store. */
export interface UsageQuery {
  readonly workspaceId: string
  readonly keyId?: string
  /** Inclusive; milliseconds since the epoch, on a full hour. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** `day` is a UTC day; `total` is one point for the whole range. */
  readonly bucket: 'hour' | 'day' | 'total'
  /** Points per key, or per key and secret version; left out, points sum over all keys asked for. */
  readonly groupBy?: 'key' | 'version'
}

/** Counts of one bucket. Buckets without a request are absent; points come in order of start, key and version. */
export interface UsagePoint extends UsageCounts {
  /** Start of the bucket; the query's `from` for `total`. */
  readonly start: number
  /** Null when not grouped. */
  readonly keyId: string | null
  /** Null unless grouped by version. */
  readonly version: number | null
  readonly lastUsedAt: number
}

/** The length of an hour in milliseconds. */
export const hourMs = 3_600_000
/** The length of a day in milliseconds. */
export const dayMs = 86_400_000
