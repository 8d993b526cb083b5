import {
  type Change,
  parseTargets,
  type CommitResult,
  requireLocked,
  type LockedRecord,
  type LockTarget,
  maxRecordLength,
  monotonicMs,
  UnavailableError,
  type Urgency,
} from '@claviger/core/store'
import { attemptsAt } from './commit.ts'
import type { Database } from '../database.ts'
import { readKey, readServiceAccount, type Texts } from '../records.ts'
import { listReply, numberReply, optionalTextsReply } from '../client/replies.ts'
import { claimScript, releaseScript } from '../scripts/claims.ts'
import { shortPause } from './short-pause.ts'

const ranks: Readonly<Record<Urgency, number>> = { ordinary: 0, withdrawal: 1, revocation: 2 }
// Far longer than a round trip to another continent; as long a caller that died in the middle is in the way.
const claimMs = 1_000
const maxWaiting = 256

/**
 * Redis runs nothing of ours between two calls, so a record is claimed first: until the change is made, or the claim
 * runs out, commits of others are turned away. The texts are still compared, so that a claim which ran out only
 * means to begin again.
 */
export async function commitLocked(
  database: Database,
  unchecked: readonly LockTarget[],
  decide: (stored: readonly LockedRecord[]) => Change | undefined,
  urgency: Urgency,
): Promise<CommitResult | undefined> {
  const targets = parseTargets(unchecked)
  const token = crypto.randomUUID()
  const records = targets.map((target) => textsOf(database, target)[0])
  const queues = records.map((name) => database.names.claims(name))
  const giveUpAt = monotonicMs() + database.patienceMs
  let isOver = false
  try {
    do {
      const texts = await claim(database, targets, queues, token, ranks[urgency])
      if (texts !== undefined) {
        const change = decide(targets.map((target) => recordIn(database, texts, target)))
        if (change === undefined) return undefined
        requireLocked(change.writes, targets)
        const result = await attemptsAt(database, change, { token, queues, records, texts })()
        isOver = typeof result === 'object' && result.ok
        if (typeof result === 'object') return result
      }
      await shortPause()
    } while (monotonicMs() < giveUpAt)
    throw new UnavailableError('store', 'Others claimed the same records first. Try again.')
  } finally {
    // No one waits for it: a claim that is not given up runs out.
    if (!isOver) database.commands.run(releaseScript, queues, [token]).catch(() => undefined)
  }
}

/** The texts of the records, claimed for this caller; undefined while others come first. */
async function claim(
  database: Database,
  targets: readonly LockTarget[],
  queues: readonly string[],
  token: string,
  rank: number,
): Promise<Texts | undefined> {
  const names = targets.flatMap((target) => textsOf(database, target))
  const args = [queues.length, token, rank, claimMs, maxWaiting, maxRecordLength]
  const [isFirst, ...texts] = listReply(await database.commands.run(claimScript, [...queues, ...names], args))
  if (numberReply(isFirst) === 0) return undefined
  const found = optionalTextsReply(texts)
  return new Map(names.map((name, index) => [name, found[index] ?? null]))
}

function recordIn(database: Database, texts: Texts, target: LockTarget): LockedRecord {
  const [text = null, lastUsed = null] = textsOf(database, target).map((name) => texts.get(name) ?? null)
  const record = target.type === 'key' ? readKey(text, lastUsed) : readServiceAccount(text)
  // Another record under this name must not be believed.
  return record === null || record === 'corrupt' || record.id === target.id ? record : 'corrupt'
}

/** Names of a record and of what belongs to it, the record first. */
function textsOf({ names }: Database, { type, id }: LockTarget): readonly [string, ...string[]] {
  return type === 'key' ? [names.key(id), names.lastUsed(id)] : [names.serviceAccount(id)]
}
