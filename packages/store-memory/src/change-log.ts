import type { Change, Head, LoggedChange, PollResult } from '@claviger/core/store'

/** The head and the changes that lead to it. */
export interface ChangeLog {
  head(): Head
  /** Moves the head by one. */
  append(change: Pick<Change, 'nonce' | 'announcements'>): LoggedChange
  since(since: Head | null): PollResult
}

/** A log that keeps the last `length` changes. */
export function changeLog(storeId: string, length: number): ChangeLog {
  // Holds one entry more than it returns: the oldest only proves that the caller has seen it.
  const entries: LoggedChange[] = [{ epoch: 0, nonce: crypto.randomUUID(), announcements: [] }]
  const latest = (): LoggedChange => entries.at(-1) as LoggedChange
  const head = (): Head => ({ storeId, epoch: latest().epoch, nonce: latest().nonce })

  return {
    head,
    append({ nonce, announcements }) {
      const change = { epoch: latest().epoch + 1, nonce, announcements: structuredClone(announcements) }
      entries.push(change)
      if (entries.length > length + 1) entries.shift()
      return change
    },
    since(since) {
      const from = since === null || since.storeId !== storeId ? -1 : entries.findIndex(standsOn(since))
      return { head: head(), changes: from === -1 ? 'gap' : structuredClone(entries.slice(from + 1)) }
    },
  }
}

const standsOn =
  (head: Head) =>
  ({ epoch, nonce }: LoggedChange): boolean =>
    epoch === head.epoch && nonce === head.nonce
