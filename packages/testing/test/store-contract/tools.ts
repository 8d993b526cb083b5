import {
  type Change,
  type CommitResult,
  compareForList,
  encodeCursor,
  type KeyQuery,
  type KeyRecord,
  type ListPage,
  matchesQuery,
  type Write,
} from '@claviger/core/store'
import type { FullStore } from './honest-store.ts'

type KeyWrite = Extract<Write, { type: 'key' }>

/** Changes every key that find and list give out. */
export function reading(store: FullStore, patch: (record: KeyRecord) => KeyRecord): Partial<FullStore> {
  return {
    find: async (ids) => {
      const found = await store.find(ids)
      return new Map([...found].map(([id, record]) => [id, record === 'corrupt' ? record : patch(record)]))
    },
    list: async (query) => {
      const page = await store.list(query)
      return { ...page, items: page.items.map(patch) }
    },
  }
}

/** Changes every key before it is committed. */
export function writing(store: FullStore, patch: (record: KeyRecord) => KeyRecord): Partial<FullStore> {
  return {
    commit: (change) => store.commit(mapKeys(change, (write) => ({ ...write, record: patch(write.record) }))),
  }
}

export function mapKeys(change: Change, patch: (write: KeyWrite) => Write): Change {
  return { ...change, writes: change.writes.map((write) => (write.type === 'key' ? patch(write) : write)) }
}

/** Everything in a workspace, page by page, in order. */
export async function allOf(store: FullStore, workspaceId: string): Promise<readonly KeyRecord[]> {
  const all: KeyRecord[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ workspaceId, at: 0, limit: 100, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return all
}

/** Leaves out of a page what has more than two hundred others of its instant before it in the listing. */
export async function firstOfInstant<Item extends { readonly id: string }>(
  read: (cursor: { readonly cursor?: string }) => Promise<ListPage<Item>>,
  instantOf: (item: Item) => number,
  page: ListPage<Item>,
): Promise<ListPage<Item>> {
  const counts = new Map<number, number>()
  const first = new Set<string>()
  let cursor: string | undefined
  do {
    const { items, nextCursor } = await read(cursor === undefined ? {} : { cursor })
    for (const item of items) {
      const count = counts.get(instantOf(item)) ?? 0
      counts.set(instantOf(item), count + 1)
      if (count < 200) first.add(item.id)
    }
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
  return { ...page, items: page.items.filter(({ id }) => first.has(id)) }
}

/** Another way to list: all rows read, filtered, sorted and cut here. The cursor counts rows. */
export function listing(
  store: FullStore,
  {
    matches = matchesQuery,
    compare = compareForList,
  }: {
    readonly matches?: (record: KeyRecord, query: KeyQuery) => boolean
    readonly compare?: (a: KeyRecord, b: KeyRecord) => number
  },
): Partial<FullStore> {
  return {
    async list(query): Promise<ListPage<KeyRecord>> {
      // Lets the honest store refuse what it refuses, but for a cursor of this listing.
      const { cursor, ...first } = query
      await store.list(first)
      const offset = cursor === undefined ? 0 : Number(cursor)
      if (!Number.isSafeInteger(offset)) throw new Error('not a cursor')
      const rows = (await allOf(store, query.workspaceId)).filter((record) => matches(record, query)).sort(compare)
      const end = offset + query.limit
      return { items: rows.slice(offset, end), nextCursor: end < rows.length ? String(end) : null }
    },
  }
}

/** A listing that mishears the question. */
export function asking(store: FullStore, mishear: (query: KeyQuery) => KeyQuery): Partial<FullStore> {
  return { list: (query) => store.list(mishear(query)) }
}

/** Takes fields out of a query, whatever its type. */
export function without<Query extends object>(query: Query, ...fields: readonly string[]): Query {
  return Object.fromEntries(Object.entries(query).filter(([field]) => !fields.includes(field))) as Query
}

/** Commits as if every write had expected what is stored: the last one wins. */
export async function force(store: FullStore, change: Change): Promise<CommitResult> {
  const ids = change.writes.flatMap((write) => (write.type === 'key' ? [write.record.id] : []))
  const found = await store.find(ids)
  return store.commit(
    mapKeys(change, (write) => {
      const current = found.get(write.record.id)
      const revision = current === undefined || current === 'corrupt' ? 0 : current.revision
      return {
        ...write,
        expectedRevision: revision,
        record: { ...write.record, revision: change.silent ? revision : revision + 1 },
      }
    }),
  )
}

/** The cursor behind a row, as the honest store writes it. */
export function cursorBehind({ createdAt, id }: KeyRecord): string {
  return encodeCursor({ at: createdAt, id })
}

/** An empty change that only moves the head. */
export const nudge: Change = { writes: [], activity: [], announcements: [], nonce: 'nudge', at: 0, silent: false }
