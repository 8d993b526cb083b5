import { dayMs, dayOf, type KeyRecord, type PurgeLimits, type PurgeProgress } from '@claviger/core/store'
import type { Database } from '../database.ts'
import { keyEntries, serviceAccountEntries } from '../indexes/entries.ts'
import { unescaped } from '../names.ts'
import { mutate } from '../commit/mutation.ts'
import type { IndexEntry, Operation } from '../indexes/operation.ts'
import { readKey, readServiceAccount, readTexts, type Texts } from '../records.ts'
import { textsReply } from '../client/replies.ts'
import { purgeActivity } from './activity.ts'
import { purgeCallers } from './callers.ts'
import { purgeUsage } from './usage.ts'

// Small steps: Redis does one thing at a time, and verifications wait in the same line.
const rowsPerStep = 50

/** Removes some rows older than the given instants. What has no limit is kept. */
export async function purge(database: Database, limits: PurgeLimits): Promise<PurgeProgress> {
  const { names } = database
  const steps = [
    () => purgeRows(database, names.revokedKeys, limits.revokedKeysBefore, keyRemoval(revocationOf)),
    () => purgeRows(database, names.expiringKeys, limits.expiredKeysBefore, keyRemoval(expiryOf)),
    () => purgeRows(database, names.deletedServiceAccounts, limits.deletedServiceAccountsBefore, accountRemoval),
    () => purgeRows(database, names.idempotencyByAge, limits.idempotencyBefore, idempotencyRemoval),
    async () => limits.activityBefore !== undefined && purgeActivity(database, limits.activityBefore),
    async () => limits.usageBefore !== undefined && purgeUsage(database, dayOf(limits.usageBefore)),
    async () => limits.usageBefore !== undefined && purgeCallers(database, dayOf(limits.usageBefore)),
  ]
  for (const step of steps) {
    if (await step()) return 'more'
  }
  return 'done'
}

/** What goes with a row. */
interface Removal {
  readonly reads: readonly string[]
  /**
   * Where the row is listed, besides the index it was found in. `corrupt`: it cannot be told. A number: the row is not
   * that old, and belongs at that place of the index; null: not into it at all.
   */
  entries(texts: Texts): readonly IndexEntry[] | 'corrupt' | number | null
}

type RemovalOf = (database: Database, member: string, before: number) => Removal

/** One step; gives whether there was anything to do. */
async function purgeRows(
  database: Database,
  index: string,
  before: number | undefined,
  removalOf: RemovalOf,
): Promise<boolean> {
  if (before === undefined) return false
  const range = ['-inf', `(${before}`, 'LIMIT', 0, rowsPerStep]
  const members = textsReply(await database.commands.send('ZRANGEBYSCORE', index, ...range))
  if (members.length === 0) return false
  const removals = members.map((member) => ({ member, removal: removalOf(database, member, before) }))
  const reads = removals.flatMap(({ removal }) => removal.reads)
  const texts = await readTexts(database, reads)
  // Rows that changed meanwhile are read again in the next step.
  await mutate(database, {
    expected: new Map(reads.map((key) => [key, texts.get(key) ?? null])),
    operations: removals.flatMap(({ member, removal }) => operationsFor(index, member, before, removal, texts)),
    onlyRevokes: true,
  })
  return true
}

function operationsFor(
  set: string,
  member: string,
  before: number,
  { reads, entries }: Removal,
  texts: Texts,
): readonly Operation[] {
  const found = entries(texts)
  if (found === null) return [{ type: 'ZREM', set, member }]
  // An unreadable row stays. It must not stand before those that can go, so it is looked at again a day later.
  if (found === 'corrupt') return [{ type: 'ZADD', set, score: before + dayMs, member }]
  if (typeof found === 'number') return [{ type: 'ZADD', set, score: found, member }]
  return [
    ...[...found, { set, member }].map((entry): Operation => ({ type: 'ZREM', set: entry.set, member: entry.member })),
    ...reads.map((key): Operation => ({ type: 'DEL', key })),
  ]
}

const revocationOf = ({ revokedAt }: KeyRecord): number | null => revokedAt
// Revoked keys go by when they were revoked.
const expiryOf = ({ revokedAt, expiresAt }: KeyRecord): number | null => (revokedAt === null ? expiresAt : null)

const keyRemoval =
  (ageOf: (record: KeyRecord) => number | null): RemovalOf =>
  ({ names }, id, before) => {
    const [text, lastUsed] = [names.key(id), names.lastUsed(id)]
    return {
      reads: [text, lastUsed],
      entries(texts) {
        const record = readKey(texts.get(text) ?? null, texts.get(lastUsed) ?? null)
        if (record === null || record === 'corrupt') return record === null ? [] : record
        // The index says so, but the row decides.
        const at = ageOf(record)
        return at !== null && at < before ? keyEntries(names, record) : at
      },
    }
  }

function accountRemoval({ names }: Database, member: string, before: number): Removal {
  const text = names.serviceAccount(unescaped(member))
  return {
    reads: [text],
    entries(texts) {
      const account = readServiceAccount(texts.get(text) ?? null)
      if (account === null || account === 'corrupt') return account === null ? [] : account
      const isOld = account.deletedAt !== null && account.deletedAt < before
      return isOld ? serviceAccountEntries(names, account) : account.deletedAt
    },
  }
}

function idempotencyRemoval({ names }: Database, id: string): Removal {
  return { reads: [names.idempotency(id)], entries: () => [] }
}
