import { clientUse, type CommitResult, type KeyStore, UnavailableError } from '@claviger/core/store'
import { listAccounts } from './accounts.ts'
import { listActivity } from './activity.ts'
import { activityAfter } from './activity-lines.ts'
import { addCallers } from './callers/add.ts'
import { readCallers } from './callers/read.ts'
import { pollChanges } from './changes/poll.ts'
import { pruning } from './changes/prune.ts'
import { commitTo } from './commit/commit.ts'
import { commitLocked } from './commit/commit-locked.ts'
import type { Database } from './database/database.ts'
import { dueKeys } from './reminders/due.ts'
import { claimFollower } from './followers.ts'
import { asUnavailable } from './failures.ts'
import { findKeys } from './keys/find.ts'
import { listKeys } from './keys/list.ts'
import { exchangeMarks } from './marks.ts'
import { applyMigrations } from './migrations/migrate.ts'
import { purging } from './purge.ts'
import { checkReady } from './ready/ready.ts'
import { addUsage } from './usage/add.ts'
import { busiestKeys } from './usage/busiest.ts'
import { usagePoints } from './usage/points.ts'

/**
 * Every half of the store contract but `subscribe`: other processes learn of changes by `poll`.
 *
 * What fails rejects with `UnavailableError`; what the driver said is the `cause`, without values.
 */
export interface SqlStore extends Required<Omit<KeyStore, 'subscribe'>> {
  /**
   * Creates and alters the tables, as far as it is not done yet; resolves with what was applied. Several processes may
   * call it at once. Nothing else ever alters the schema.
   */
  migrate(): Promise<readonly string[]>
}

/** Puts the operations together. After `close()` every one but `close` rejects; the host's client stays open. */
export function sqlStore(database: Database, client: object): SqlStore {
  const use = clientUse(client, `client of ${database.dialect.title}`)
  let closed = false
  const prune = pruning(database)
  const purge = purging(database)
  const pruneAfter = (change: CommitResult | undefined): void => {
    if (change?.ok === true) prune.after(change.head)
  }
  const run = async <T>(operation: () => Promise<T>): Promise<T> => {
    if (closed) throw new UnavailableError('store', 'This store was closed. Create a new one.')
    try {
      return await operation()
    } catch (error) {
      throw asUnavailable(database.dialect, error)
    }
  }

  return {
    find: (ids) => run(() => findKeys(database, ids)),
    list: (query) => run(() => listKeys(database, query)),
    commit: (change) =>
      run(async () => {
        const result = await commitTo(database, change)
        if (!change.silent) pruneAfter(result)
        return result
      }),
    commitLocked: (targets, decide) =>
      run(async () => {
        const result = await commitLocked(database, targets, decide)
        pruneAfter(result)
        return result
      }),
    poll: (since) => run(() => pollChanges(database, since)),
    addUsage: (batch) => run(() => addUsage(database, batch)),
    usage: (query) => run(() => usagePoints(database, query)),
    busiest: (query) => run(() => busiestKeys(database, query)),
    addCallers: (entries) => run(() => addCallers(database, entries)),
    callers: (query) => run(() => readCallers(database, query)),
    activity: (query) => run(() => listActivity(database, query)),
    services: (query) => run(() => listAccounts(database, query)),
    purge: (limits) => run(() => purge(limits)),
    due: (query) => run(() => dueKeys(database, query)),
    activityAfter: (position, limit) => run(() => activityAfter(database, position, limit)),
    claimFollower: (claim) => run(() => claimFollower(database, claim)),
    marks: (proposed) => run(() => exchangeMarks(database, proposed)),
    ready: () =>
      run(async () => {
        await checkReady(database)
        use.begin()
      }),
    migrate: () => run(() => applyMigrations(database.patient)),
    close: async () => {
      closed = true
      use.end()
      await prune.settled()
    },
  }
}
