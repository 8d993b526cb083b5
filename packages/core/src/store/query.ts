import type { ActorRef, KeyRecord, Owner } from './records.ts'
import { type KeyStatus, keyStatus } from './status.ts'

/** One page of a listing. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** Give it back to get the next page; null when this is the last. Opaque. */
  readonly nextCursor: string | null
}

/** Keys that need a look, with the instants the question depends on, so that a store can use an index. */
export type AttentionFilter =
  /** The current secret was made before `secretCreatedBefore`. */
  | { readonly type: 'rotationDue'; readonly secretCreatedBefore: number }
  /** Last used before `lastUsedBefore`. */
  | { readonly type: 'unused'; readonly lastUsedBefore: number }
  /** Never used, and created before `createdBefore`. */
  | { readonly type: 'neverUsed'; readonly createdBefore: number }
  /** Expires, and does so before `expiresBefore`. */
  | { readonly type: 'expiring'; readonly expiresBefore: number }
  /** `ownerGoneAt` is set. */
  | { readonly type: 'ownerGone' }

/**
 * What `list` asks a store. All given conditions hold together; of a condition that is a list, one has to hold, and an
 * empty one matches nothing.
 */
export interface KeyQuery {
  readonly workspaceId: string
  /** The instant at which `statuses` is judged. */
  readonly at: number
  readonly statuses?: readonly KeyStatus[]
  readonly environments?: readonly string[]
  /** Only keys of owners with one of these ids, of any type. */
  readonly ownerIds?: readonly string[]
  /** Only keys of these owners; without `id`, of any owner of that type. */
  readonly visibleOwners?: readonly { readonly type: Owner['type']; readonly id?: string }[]
  readonly attention?: readonly AttentionFilter[]
  /** The key id, the last four characters of the current token, or the beginning of the name, in any letter case. */
  readonly search?: string
  readonly cursor?: string
  /** 1 to 100. */
  readonly limit: number
}

/** What `activity` asks a store. Newest first. */
export interface ActivityQuery {
  readonly workspaceId: string
  readonly targetId?: string
  readonly actor?: ActorRef
  readonly action?: string
  /** Inclusive. */
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  readonly cursor?: string
  readonly limit: number
}

/** What `services` asks a store. In order of creation, newest first. */
export interface ServiceAccountQuery {
  readonly workspaceId: string
  /** Only these. The verifier asks for one, and gets it in one page, however many accounts there are. */
  readonly ids?: readonly string[]
  /** Default false. */
  readonly includeDeleted?: boolean
  readonly cursor?: string
  readonly limit: number
}

/** Whether a record answers a query: the meaning of every `KeyQuery` field but `cursor` and `limit`. */
export function matchesQuery(record: KeyRecord, query: KeyQuery): boolean {
  return (
    record.workspaceId === query.workspaceId &&
    (query.environments === undefined || query.environments.includes(record.environment)) &&
    (query.ownerIds === undefined || query.ownerIds.includes(record.owner.id)) &&
    (query.statuses === undefined || query.statuses.includes(keyStatus(record, query.at))) &&
    (query.visibleOwners === undefined || query.visibleOwners.some((owner) => ownerMatches(record.owner, owner))) &&
    (query.attention === undefined || query.attention.some((filter) => needsAttention(record, filter))) &&
    (query.search === undefined || matchesSearch(record, query.search))
  )
}

/** The order of every key listing: newest first, ties by id. */
export function compareForList(a: KeyRecord, b: KeyRecord): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

function ownerMatches(owner: Owner, wanted: { readonly type: string; readonly id?: string }): boolean {
  return owner.type === wanted.type && (wanted.id === undefined || owner.id === wanted.id)
}

/** Whether a record answers an attention filter, whatever its status. */
export function needsAttention(record: KeyRecord, filter: AttentionFilter): boolean {
  switch (filter.type) {
    case 'rotationDue':
      return record.secrets[0].createdAt < filter.secretCreatedBefore
    case 'unused':
      return record.lastUsedAt !== null && record.lastUsedAt < filter.lastUsedBefore
    case 'neverUsed':
      return record.lastUsedAt === null && record.createdAt < filter.createdBefore
    case 'expiring':
      return record.expiresAt !== null && record.expiresAt < filter.expiresBefore
    case 'ownerGone':
      return record.ownerGoneAt !== null
  }
}

function matchesSearch(record: KeyRecord, search: string): boolean {
  return (
    record.id === search ||
    record.secrets[0].hint.slice(-4) === search ||
    record.name.toLowerCase().startsWith(search.toLowerCase())
  )
}
