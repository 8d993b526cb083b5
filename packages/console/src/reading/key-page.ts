import type { KeyStatus, ListKeysInput, ManagedKey } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { type Filters, hasOwner, listInput, type Sort } from './filters.ts'
import { readBeginning } from './beginning.ts'
import { fitsMasked, fitsSought, replacedBy } from './fits.ts'
import { type Look, lookFor } from './look.ts'
import { type Sought, soughtIn } from './sought.ts'

/** One page of keys. */
export interface KeyPage {
  readonly keys: readonly ManagedKey[]
  /** What follows: the cursor of the next page, or the number of the next part of a sorted list. */
  readonly next: { readonly cursor: string } | { readonly part: number } | null
  /** Whether the order holds for the first hundred matches only, because there are more. */
  readonly isPartlySorted: boolean
  /** How many keys a look went through, and whether those were all; null where an index answered. */
  readonly look: { readonly keys: number; readonly isWhole: boolean } | null
}

/** How many keys a page shows. */
const pageSize = 25
// The most that one call returns: what a page sorts.
const sortable = 100

/** Reads one page, however many keys there are. */
export async function readKeyPage(visit: Visit, filters: Filters): Promise<KeyPage> {
  const sought = filters.q === undefined ? undefined : soughtIn(filters.q, visit.settings.keyring)
  const isLook = filters.cursor?.startsWith(lookMark) === true
  const cursor = isLook ? filters.cursor?.slice(lookMark.length) : filters.cursor
  const input = listInput({ ...filters, cursor }, sought)
  const isShown = shownBy(filters, sought)
  if (sought?.beginningIn !== undefined)
    return lookedFor(await readBeginning(visit, sought, input, pageSize), [], isShown)
  if (isLook && sought !== undefined)
    return lookedFor(await lookFor(visit, input, fitsSought(sought), pageSize), [], isShown)
  if (filters.sort === 'created' && !filters.descending) {
    const page = await filled(visit, input, isShown)
    if (page.nextCursor === null && sought !== undefined && !isFound(page.items, sought)) {
      const [replaced, look] = await Promise.all([
        replacedSecrets(visit, input, sought),
        lookFor(visit, { ...input, cursor: undefined }, fitsSought(sought), pageSize),
      ])
      return lookedFor(look, [...page.items, ...replaced], isShown)
    }
    return {
      keys: page.items,
      next: page.nextCursor === null ? null : { cursor: page.nextCursor },
      isPartlySorted: false,
      look: null,
    }
  }
  const { items, nextCursor } = await visit.keys.list({ ...input, cursor: undefined, limit: sortable })
  const isSearch = nextCursor === null && sought !== undefined && !isFound(items, sought)
  const look = isSearch
    ? await lookFor(visit, { ...input, cursor: undefined }, fitsSought(sought), sortable)
    : undefined
  const sorted = sortKeys(each([...items, ...(look?.items ?? [])]).filter(isShown), filters.sort, filters.descending)
  const start = filters.part * pageSize
  return {
    keys: sorted.slice(start, start + pageSize),
    next: sorted.length > start + pageSize ? { part: filters.part + 1 } : null,
    isPartlySorted: nextCursor !== null,
    look: look === undefined ? null : { keys: look.lookedAt, isWhole: look.nextCursor === null },
  }
}

// Marks the cursors of a look, which are not those of the search before it.
const lookMark = 'look:'

/** What of the keys that a store finds is shown: of a key as lists show it the beginning counts too. */
function shownBy({ status, attention }: Filters, sought: Sought | undefined): (key: ManagedKey) => boolean {
  const { masked } = sought ?? {}
  const mustWork = (status === 'active' || status === 'rotating') && attention === undefined
  return (key) => (masked === undefined || fitsMasked(masked, key)) && (!mustWork || hasOwner(key))
}

function lookedFor(
  { items, nextCursor, lookedAt }: Look,
  before: readonly ManagedKey[],
  isShown: (key: ManagedKey) => boolean,
): KeyPage {
  return {
    keys: each([...before, ...items]).filter(isShown),
    next: nextCursor === null ? null : { cursor: lookMark + nextCursor },
    isPartlySorted: false,
    look: { keys: lookedAt, isWhole: nextCursor === null },
  }
}

/** Whether a search has found the one key that it names by its id. */
function isFound(keys: readonly ManagedKey[], { q }: Sought): boolean {
  return keys.some(({ id }) => id === q)
}

/** While two secrets of a key work, the ending of the older one finds it: among the keys that are rotating. */
async function replacedSecrets(visit: Visit, input: ListKeysInput, { q }: Sought): Promise<readonly ManagedKey[]> {
  const statuses = [input.status ?? 'rotating'].flat()
  if (q.length !== 4 || !statuses.includes('rotating')) return []
  const { ended: _ended, ...others } = input
  const asked = { ...others, status: 'rotating' as const, cursor: undefined }
  return (await lookFor(visit, asked, (key) => replacedBy(key, q) !== undefined, pageSize)).items
}

function each(keys: readonly ManagedKey[]): readonly ManagedKey[] {
  return [...new Map(keys.map((key) => [key.id, key])).values()]
}

// A store gives a short page when it looked at very many keys that do not match.
const mostCalls = 3

/** A page of the store's order, from a bounded number of its pages. */
async function filled(visit: Visit, input: ListKeysInput, isShown: (key: ManagedKey) => boolean): Promise<ListPage> {
  const first = await visit.keys.list({ ...input, limit: pageSize })
  let page = { ...first, items: first.items.filter(isShown) }
  for (let calls = 1; calls < mostCalls && page.nextCursor !== null && page.items.length < pageSize; calls += 1) {
    const { items, nextCursor } = await visit.keys.list({
      ...input,
      cursor: page.nextCursor,
      limit: pageSize - page.items.length,
    })
    page = { items: [...page.items, ...items.filter(isShown)], nextCursor }
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
