import { type AttentionFilter, type KeyQuery, type KeyStatus, textAfter } from '@claviger/core/store'
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { isStorable } from '../database/values.ts'

type Builder = ExpressionBuilder<Tables, 'keys'>
type Condition = Expression<SqlBool>

/** The meaning of every field of a `KeyQuery` but the page: what `matchesQuery` of core says, as SQL. */
export function conditions(eb: Builder, query: KeyQuery): Condition {
  const all: Condition[] = [eb('workspace_id', '=', query.workspaceId)]
  if (query.environments !== undefined) all.push(any(eb, query.environments, (name) => eb('environment', '=', name)))
  if (query.ownerIds !== undefined) all.push(any(eb, query.ownerIds, (id) => eb('owner_id', '=', id)))
  if (query.statuses !== undefined) all.push(any(eb, query.statuses, (status) => hasStatus(eb, status, query.at)))
  if (query.visibleOwners !== undefined) all.push(any(eb, query.visibleOwners, (owner) => isOwner(eb, owner)))
  if (query.attention !== undefined) all.push(any(eb, query.attention, (filter) => needsAttention(eb, filter)))
  if (query.search !== undefined) all.push(isFoundBy(eb, query.search))
  return eb.and(all)
}

/** The texts of a query that all have to match; one that cannot be stored matches nothing. */
export function canMatch({ workspaceId, visibleOwners, search }: KeyQuery): boolean {
  return [workspaceId, search, ...(visibleOwners ?? []).map(({ id }) => id)].every(
    (text) => text === undefined || isStorable(text),
  )
}

/** Whether a query asks for more than the keys of a workspace. */
export function isFiltered({ environments, ownerIds, statuses, visibleOwners, attention, search }: KeyQuery): boolean {
  return [environments, ownerIds, statuses, visibleOwners, attention, search].some((field) => field !== undefined)
}

/** The same query without the alternatives that cannot be stored: they match nothing. */
export function storable(query: KeyQuery): KeyQuery {
  const { environments, ownerIds } = query
  return {
    ...query,
    ...(environments !== undefined && { environments: environments.filter(isStorable) }),
    ...(ownerIds !== undefined && { ownerIds: ownerIds.filter(isStorable) }),
  }
}

function any<Item>(eb: Builder, items: readonly Item[], condition: (item: Item) => Condition): Condition {
  return items.length === 0 ? sql<SqlBool>`1 = 0` : eb.or(items.map(condition))
}

function hasStatus(eb: Builder, status: KeyStatus, at: number): Condition {
  const revoked = eb('revoked_at', 'is not', null)
  const kept = eb('revoked_at', 'is', null)
  const unexpired = eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)])
  const enabled = eb('disabled_at', 'is', null)
  switch (status) {
    case 'revoked':
      return revoked
    case 'expired':
      return eb.and([kept, eb('expires_at', '<=', at)])
    case 'disabled':
      return eb.and([kept, unexpired, eb('disabled_at', 'is not', null)])
    case 'rotating':
      return eb.and([kept, unexpired, enabled, eb('previous_ends_at', '>', at)])
    case 'active':
      return eb.and([
        kept,
        unexpired,
        enabled,
        eb.or([eb('previous_ends_at', 'is', null), eb('previous_ends_at', '<=', at)]),
      ])
  }
}

function isOwner(eb: Builder, owner: { readonly type: string; readonly id?: string }): Condition {
  const type = eb('owner_type', '=', owner.type)
  return owner.id === undefined ? type : eb.and([type, eb('owner_id', '=', owner.id)])
}

function needsAttention(eb: Builder, filter: AttentionFilter): Condition {
  switch (filter.type) {
    case 'rotationDue':
      return eb('secret_created_at', '<', filter.secretCreatedBefore)
    case 'unused':
      return eb('last_used_at', '<', filter.lastUsedBefore)
    case 'neverUsed':
      return eb.and([eb('last_used_at', 'is', null), eb('created_at', '<', filter.createdBefore)])
    case 'expiring':
      return eb('expires_at', '<', filter.expiresBefore)
    case 'ownerGone':
      return eb('owner_gone_at', 'is not', null)
  }
}

// A range instead of LIKE: nothing to escape, and an index serves it.
function isFoundBy(eb: Builder, search: string): Condition {
  const folded = search.toLowerCase()
  const after = textAfter(folded)
  const begins = eb('name_folded', '>=', folded)
  return eb.or([
    eb('id', '=', search),
    eb('last4', '=', search),
    after === undefined ? begins : eb.and([begins, eb('name_folded', '<', after)]),
  ])
}
