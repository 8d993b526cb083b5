import type { KeyStatus, ListKeysInput, ManagedKey } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { type Filters, listInput, type Sort } from './filters.ts'
import { readBeginning } from './beginning.ts'
import { soughtIn } from './sought.ts'

/** One page of keys. */
export interface KeyPage {
  readonly keys: readonly ManagedKey[]
  /** What follows: the cursor of the next page, or the number of the next part of a sorted list. */
  readonly next: { readonly cursor: string } | { readonly part: number } | null
  /** Whether the order holds for the first hundred matches only, because there are more. */
  readonly isPartlySorted: boolean
}

/** How many keys a page shows. */
const pageSize = 25
// The most that one call returns: what a page sorts.
const sortable = 100

/** Reads one page, however many keys there are. */
export async function readKeyPage(visit: Visit, filters: Filters): Promise<KeyPage> {
  const sought = filters.q === undefined ? undefined : soughtIn(filters.q, visit.settings.keyring)
  const input = listInput(filters, sought)
  if (sought?.beginningIn !== undefined) {
    const { items, nextCursor } = await readBeginning(visit, sought, input, pageSize)
    return { keys: items, next: nextCursor === null ? null : { cursor: nextCursor }, isPartlySorted: false }
  }
  if (filters.sort === 'created' && !filters.descending) {
    const { items, nextCursor } = await filled(visit, input)
    return { keys: items, next: nextCursor === null ? null : { cursor: nextCursor }, isPartlySorted: false }
  }
  const { items, nextCursor } = await visit.keys.list({ ...input, cursor: undefined, limit: sortable })
  const sorted = sortKeys(items, filters.sort, filters.descending)
  const start = filters.part * pageSize
  return {
    keys: sorted.slice(start, start + pageSize),
    next: sorted.length > start + pageSize ? { part: filters.part + 1 } : null,
    isPartlySorted: nextCursor !== null,
  }
}

// A store gives a short page when it looked at very many keys that do not match.
const mostCalls = 3

/** A page of the store's order, from a bounded number of its pages. */
async function filled(visit: Visit, input: ListKeysInput): Promise<ListPage> {
  let page = await visit.keys.list({ ...input, limit: pageSize })
  for (let calls = 1; calls < mostCalls && page.nextCursor !== null && page.items.length < pageSize; calls += 1) {
    const { items, nextCursor } = await visit.keys.list({
      ...input,
      cursor: page.nextCursor,
      limit: pageSize - page.items.length,
    })
    page = { items: [...page.items, ...items], nextCursor }
  }
  return page
}

type ListPage = Awaited<ReturnType<Visit['keys']['list']>>

const statusOrder: readonly KeyStatus[] = ['rotating', 'active', 'disabled', 'expired', 'revoked']

/** Sorted copies; what has no value comes last, whatever the direction. */
export function sortKeys(keys: readonly ManagedKey[], sort: Sort, descending: boolean): readonly ManagedKey[] {
  const compare = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare
  const sign = descending ? -1 : 1
  const instants = (a: Date | null, b: Date | null): number => {
    if (a === null || b === null) return a === b ? 0 : a === null ? sign : -sign
    return a.getTime() - b.getTime()
  }
  const orders: Readonly<Record<Sort, (a: ManagedKey, b: ManagedKey) => number>> = {
    created: (a, b) => b.createdAt.getTime() - a.createdAt.getTime(),
    name: (a, b) => compare(a.name, b.name),
    environment: (a, b) => compare(a.environment, b.environment),
    status: (a, b) => statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status),
    lastUsed: (a, b) => instants(a.lastUsedAt, b.lastUsedAt),
    expires: (a, b) => instants(a.expiresAt, b.expiresAt),
  }
  return [...keys].sort((a, b) => sign * orders[sort](a, b) || (a.id < b.id ? -1 : 1))
}
