import type { Head } from '@claviger/core/store'
import type { Database } from '../database/database.ts'
import { transaction } from '../database/transaction.ts'

/** Keeps the log short, beside the commits and not within them. */
export interface Pruning {
  /** Removes what `poll` no longer returns, once in a while. */
  after(head: Head | null): void
  settled(): Promise<void>
}

export function pruning(database: Database): Pruning {
  const { changeLogLength } = database
  const every = Math.max(1, Math.ceil(changeLogLength / 10))
  let running: Promise<unknown> = Promise.resolve()

  return {
    after(head) {
      if (head === null || head.epoch % every !== 0) return
      const oldest = head.epoch - changeLogLength
      // What fails today is removed with the next.
      running = transaction(database, (queries) =>
        queries.deleteFrom('changes').where('epoch', '<', oldest).execute(),
      ).catch(() => undefined)
    },
    async settled() {
      await running
    },
  }
}
