import type { KeyResource } from '../resources/key.ts'

type OneOrMany<Value> = Value | readonly Value[]

interface PageQuery {
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
  /** 1 to 100. Default 25. */
  readonly limit?: number | undefined
}

/** Query of `listKeys`. All given conditions hold together. */
export interface KeyQuery extends PageQuery {
  readonly status?: OneOrMany<KeyResource['status']> | undefined
  /** `false` leaves out revoked and expired keys. */
  readonly ended?: boolean | undefined
  readonly environment?: OneOrMany<string> | undefined
  readonly ownerId?: OneOrMany<string> | undefined
  readonly ownerType?: OneOrMany<KeyResource['owner']['type']> | undefined
  readonly attention?: OneOrMany<KeyResource['attention'][number]> | undefined
  /** The id, the last four characters of the token, or how the name begins. */
  readonly search?: string | undefined
}

/** Query of `getUsage` and `getKeyUsage`. */
export interface UsageQuery {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly bucket?: 'hour' | 'day' | undefined
}

/** Query of `listEvents` and `listKeyEvents`. */
export interface EventQuery extends PageQuery {
  readonly actorType?: 'user' | 'service' | 'key' | 'system' | undefined
  readonly actorId?: string | undefined
  readonly action?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Query of `listServiceAccounts`. */
export interface ServiceAccountQuery extends PageQuery {
  readonly includeDeleted?: boolean | undefined
}
