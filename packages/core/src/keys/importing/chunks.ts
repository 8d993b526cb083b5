import { mostWrites } from '../../store/parse-writes.ts'
import type { ListedEntry } from './import-list.ts'

// One is left for a key that acts: it is locked beside what it writes.
const roomOf = mostWrites - 1

/** Parts a list for commits: each key is a write, and so is each service account that owns one. Pure. */
export function chunksOf(entries: readonly ListedEntry[]): readonly (readonly ListedEntry[])[] {
  const chunks: ListedEntry[][] = []
  let chunk: ListedEntry[] = []
  let accounts = new Set<string>()
  for (const listed of entries) {
    const { owner } = listed.entry
    const isNewAccount = owner.type === 'service' && !accounts.has(owner.id)
    if (chunk.length + accounts.size + (isNewAccount ? 2 : 1) > roomOf) {
      chunks.push(chunk)
      chunk = []
      accounts = new Set()
    }
    chunk.push(listed)
    if (owner.type === 'service') accounts.add(owner.id)
  }
  return chunk.length === 0 ? chunks : [...chunks, chunk]
}
