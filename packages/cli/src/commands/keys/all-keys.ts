import type { Backend } from '../../backend/backend.types.ts'
import type { KeyJson } from '../../backend/shapes.ts'

// One question to the store.
const pageSize = 100
// More keys than this are not looked through at once.
const mostKeys = 100_000

/** Every key that has not ended, page by page. */
export async function* livingKeys(backend: Backend): AsyncGenerator<KeyJson> {
  let cursor: string | null = null
  let seen = 0
  do {
    const page = await backend.keys.list({ ended: false, limit: pageSize, ...(cursor !== null && { cursor }) })
    yield* page.data
    seen += page.data.length
    cursor = page.nextCursor
  } while (cursor !== null && seen < mostKeys)
}
