import type { Row } from '../rows/rows.types.ts'

/** A key as a row of a product describes it; what a row does not say is undefined. */
export interface Described {
  readonly tokenSha256: unknown
  /** The id of the row, for names of keys that have none. */
  readonly id: unknown
  readonly name: unknown
  /** Names of permissions, however the product writes them. */
  readonly permissions: unknown
  readonly ownerId: unknown
  readonly hint?: unknown
  readonly createdAt?: unknown
  readonly lastUsedAt?: unknown
  readonly expiresAt?: unknown
  readonly metadata?: unknown
  readonly environment?: unknown
  /** Why it is left out: it does not work any more. */
  readonly ended?: 'disabled' | 'revoked' | 'deleted' | undefined
}

/** A product whose rows are known. */
export interface Product {
  /** The table that it keeps keys in. */
  readonly table: string
  describe(row: Row): Described
}
