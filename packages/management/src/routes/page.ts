import type { ListPage } from '@claviger/core'
import type { PageResource } from '../resources/key.ts'
import type { Answer } from './endpoint.ts'

/** A page as it is answered, with the link to the next one (RFC 8288). */
export function pageAnswer<Item>(
  { items, nextCursor }: ListPage<Item>,
  show: (item: Item) => unknown,
  search: URLSearchParams,
): Answer {
  const body: PageResource<unknown> = { data: items.map(show), hasMore: nextCursor !== null, nextCursor }
  return { status: 200, body, ...(nextCursor !== null && { headers: { Link: linkTo(nextCursor, search) } }) }
}

/** Relative, so that it is right wherever the API is mounted. */
function linkTo(cursor: string, search: URLSearchParams): string {
  const next = new URLSearchParams(search)
  next.set('cursor', cursor)
  return `<?${next.toString()}>; rel="next"`
}
