import { type PurgeLimits, UnavailableError } from '@claviger/core/store'
import type { Database } from './database.ts'
import { keyEntries, serviceAccountEntries } from './index-entries.ts'
import { type UsageKeyNames, unescaped } from './keys.ts'
import { mutate, type Operation } from './mutation.ts'
import { olderThan } from './places.ts'
import { readKey, readServiceAccount, readTexts } from './records.ts'
import { numberReply, textsReply } from './replies.ts'
import { purgeActivityScript, purgeCountsScript } from './scripts/purge.ts'
import { countsMember, hourOfMember } from './usage-rows.ts'
import type { Texts } from './write-plans.ts'

// Small steps: Redis does one thing at a time, and verifications wait in the same line.
const rowsPerStep = 100
const activitiesPerStep = 1_000
const maxLost = 64

/** Removes rows older than the given instants, step by step. What has no limit is kept. */
export async function purge(database: Database, limits: PurgeLimits): Promise<void> {
  const { names } = database
  await purgeRows(database, names.revokedKeys, limits.revokedKeysBefore, (id, before) =>
    keyRemoval(database, id, before),
  )
  await purgeRows(database, names.deletedServiceAccounts, limits.deletedServiceAccountsBefore, (member, before) =>
    serviceAccountRemoval(database, member, before),
  )
  await purgeRows(database, names.idempotencyByAge, limits.idempotencyBefore, (id) => ({
    reads: [names.idempotency(id)],
    entries: () => [],
  }))
  if (limits.activityBefore !== undefined) await purgeActivity(database, limits.activityBefore)
  if (limits.usageBefore !== undefined) {
    for (const slot of names.usageShards) await purgeCounts(database, slot, limits.usageBefore)
  }
}

/** What goes with a row. */
interface Removal {
  readonly reads: readonly string[]
  /** Where the row is listed, besides the index it was found in; undefined when it has to stay. */
  entries(texts: Texts): readonly { readonly set: string; readonly member: string }[] | undefined
}

async function purgeRows(
  database: Database,
  index: string,
  before: number | undefined,
  removalOf: (member: string, before: number) => Removal,
): Promise<void> {
  if (before === undefined) return
  let kept = 0
  for (let lost = 0; lost < maxLost; ) {
    const range = ['-inf', `(${before}`, 'LIMIT', kept, rowsPerStep]
    const members = textsReply(await database.commands.send('ZRANGEBYSCORE', index, ...range))
    if (members.length === 0) return
    const removals = members.map((member) => ({ member, removal: removalOf(member, before) }))
    const texts = await readTexts(
      database,
      removals.flatMap(({ removal }) => removal.reads),
    )
    const removable = removals.flatMap(({ member, removal }) => {
      const entries = removal.entries(texts)
      return entries === undefined ? [] : [{ reads: removal.reads, entries: [...entries, { set: index, member }] }]
    })
    const result = await mutate(database, {
      expected: new Map(removable.flatMap(({ reads }) => reads.map((key) => [key, texts.get(key) ?? null]))),
      operations: [
        ...removable.flatMap(({ entries }) =>
          entries.map(({ set, member }): Operation => ({ type: 'ZREM', set, member })),
        ),
        ...removable.flatMap(({ reads }) => reads.map((key): Operation => ({ type: 'DEL', key }))),
      ],
      onlyRevokes: true,
    })
    // Rows that changed meanwhile are read again; rows that have to stay are stepped over.
    if (result === 'changed') lost += 1
    else kept += members.length - removable.length
  }
  throw new UnavailableError('store', 'Others kept writing the rows to be purged. Try again.')
}

function keyRemoval({ names }: Database, id: string, before: number): Removal {
  const [text, lastUsed] = [names.key(id), names.lastUsed(id)]
  return {
    reads: [text, lastUsed],
    entries(texts) {
      const record = readKey(texts.get(text) ?? null, texts.get(lastUsed) ?? null)
      if (record === null) return []
      return record !== 'corrupt' && isBefore(record.revokedAt, before) ? keyEntries(names, record) : undefined
    },
  }
}

function serviceAccountRemoval({ names }: Database, member: string, before: number): Removal {
  const text = names.serviceAccount(unescaped(member))
  return {
    reads: [text],
    entries(texts) {
      const account = readServiceAccount(texts.get(text) ?? null)
      if (account === null) return []
      const removable = account !== 'corrupt' && isBefore(account.deletedAt, before)
      return removable ? serviceAccountEntries(names, account) : undefined
    },
  }
}

// The index says so, but the row decides.
function isBefore(at: number | null, limit: number): boolean {
  return at !== null && at < limit
}

async function purgeActivity({ names, commands }: Database, before: number): Promise<void> {
  for (;;) {
    const range = ['-inf', `(${before}`, 'LIMIT', 0, rowsPerStep]
    const workspaces = textsReply(await commands.send('ZRANGEBYSCORE', names.activityWorkspaces, ...range))
    if (workspaces.length === 0) return
    for (const workspace of workspaces) {
      const keys = [names.activity(unescaped(workspace)), names.activityWorkspaces]
      const args = [olderThan(before), activitiesPerStep, workspace]
      while (numberReply(await commands.run(purgeActivityScript, keys, args)) === activitiesPerStep);
    }
  }
}

async function purgeCounts({ commands }: Database, slot: UsageKeyNames, before: number): Promise<void> {
  for (;;) {
    const range = ['-inf', `(${before}`, 'LIMIT', 0, rowsPerStep]
    const members = textsReply(await commands.send('ZRANGEBYSCORE', slot.countsByAge, ...range))
    if (members.length === 0) return
    const hours = members.map(hourOfMember)
    const keys = hours.flatMap(({ workspaceId, hour }) => [slot.counts(workspaceId, hour), slot.hours(workspaceId)])
    const args = hours.flatMap((hour) => [countsMember(hour), hour.hour])
    await commands.run(purgeCountsScript, [slot.countsByAge, ...keys], args)
  }
}
