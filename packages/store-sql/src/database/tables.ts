import type { ColumnType } from 'kysely'

/** A 64-bit integer: drivers give numbers, bigints or decimal texts. Read it with `integer`. */
type Integer = ColumnType<unknown, number, number>
type NullableInteger = ColumnType<unknown, number | null, number | null>

/** Columns that a statement can compare and set, beside the whole record as JSON. */
export interface Revised {
  readonly id: string
  readonly workspace_id: string
  readonly revision: Integer
  /** Counts every write, silent ones too: an update always changes it, so that affected rows are matched rows. */
  readonly writes: Integer
  readonly created_at: Integer
  readonly record: string
}

export interface KeysTable extends Revised {
  readonly environment: string
  readonly owner_type: string
  readonly owner_id: string
  /** The name in lower case, as JavaScript does it. */
  readonly name_folded: string
  /** The end of the current token. */
  readonly last4: string
  readonly secret_created_at: Integer
  readonly previous_ends_at: NullableInteger
  readonly expires_at: NullableInteger
  readonly disabled_at: NullableInteger
  readonly revoked_at: NullableInteger
  readonly owner_gone_at: NullableInteger
  readonly last_used_at: NullableInteger
}

export interface ServiceAccountsTable extends Revised {
  /** 1, or 0 once it is deleted. */
  readonly living: Integer
  readonly deleted_at: NullableInteger
}

export interface IdempotencyTable {
  readonly workspace_id: string
  readonly actor_type: string
  readonly actor_id: string
  readonly idempotency_key: string
  readonly created_at: Integer
  readonly record: string
}

export interface ActivityTable {
  readonly workspace_id: string
  readonly created_at: Integer
  readonly id: string
  readonly actor_type: string
  readonly actor_id: string
  readonly action: string
  readonly target_id: string
  readonly record: string
}

/** One row, locked last in every transaction that moves it. */
export interface HeadTable {
  readonly id: Integer
  readonly store_id: string
  readonly epoch: Integer
  readonly nonce: string
}

export interface ChangesTable {
  readonly epoch: Integer
  readonly nonce: string
  readonly announcements: string
}

/** Counts of one place, and of one denial code there. */
export interface CountsTable {
  readonly workspace_id: string
  /** Empty: all requests. Else a denial code; `requests` are then the ones refused with it. */
  readonly code: string
  readonly requests: Integer
  readonly allowed: Integer
  readonly client_errors: Integer
  readonly server_errors: Integer
  readonly last_used_at: Integer
}

/** By key, secret version and hour. */
export interface UsageTable extends CountsTable {
  readonly key_id: string
  readonly version: Integer
  readonly hour: Integer
}

/** The same by key and UTC day: an index holds the keys of a day in order of their requests. */
export interface UsageDaysTable extends CountsTable {
  readonly key_id: string
  readonly day: Integer
  /** The same as `day`, and in the index of the busiest. */
  readonly listed_day: Integer
}

/** The same by hour and by UTC day, of all keys of a workspace. */
export interface UsageTotalsTable extends CountsTable {
  readonly span: 'hour' | 'day'
  readonly start: Integer
}

/** The last hour in which a key had requests. */
export interface UsageKeysTable {
  readonly workspace_id: string
  readonly key_id: string
  readonly last_hour: Integer
}

export interface UsageInstancesTable {
  readonly instance_id: string
  readonly sequence: Integer
  /** How much of that batch was added. */
  readonly part: Integer
  /** By the clock of the process: lets `purge` forget processes that are long gone. */
  readonly seen_at: Integer
}

/** Who used a key. */
export interface CallersTable {
  readonly workspace_id: string
  readonly key_id: string
  /** The oldest last use in the record, for `purge`. */
  readonly oldest_at: Integer
  /** JSON: of each caller its version, network, agent and last use. */
  readonly record: string
}

/** What keyrings have written down about themselves; see `KeyStore.marks`. Another store id is another store. */
export interface MarksTable {
  readonly store_id: string
  readonly name: string
  readonly content: string
}

/** By key, the places of its reminders: where each is looked for, null where it is not. A revoked key has none. */
export interface RemindersTable {
  readonly key_id: string
  readonly expiring: NullableInteger
  readonly rotation_due: NullableInteger
  /** Not later than the last use, which moves nothing here. */
  readonly unused: NullableInteger
  readonly owner_gone: NullableInteger
  /** For `purge`. */
  readonly ends_at: NullableInteger
}

/** The log of all workspaces in the order of commits. The last row is never purged: the next number follows from it. */
export interface ActivityLinesTable {
  readonly line: Integer
  readonly workspace_id: string
  readonly created_at: Integer
  readonly id: string
}

/** See `KeyStore.claimFollower`. */
export interface FollowersTable {
  readonly name: string
  readonly holder: string
  readonly held_until: Integer
  readonly position: NullableInteger
}

export interface MigrationsTable {
  readonly version: Integer
  readonly name: string
  readonly applied_at: Integer
}

/** The tables by their plain names; `tableNames` writes the prefix and the schema before them. */
export interface Tables {
  readonly keys: KeysTable
  readonly service_accounts: ServiceAccountsTable
  readonly idempotency: IdempotencyTable
  readonly activity: ActivityTable
  readonly head: HeadTable
  readonly changes: ChangesTable
  readonly usage: UsageTable
  readonly usage_days: UsageDaysTable
  readonly usage_totals: UsageTotalsTable
  readonly usage_keys: UsageKeysTable
  readonly usage_instances: UsageInstancesTable
  readonly marks: MarksTable
  readonly reminders: RemindersTable
  readonly activity_lines: ActivityLinesTable
  readonly followers: FollowersTable
  readonly callers: CallersTable
  readonly migrations: MigrationsTable
}
