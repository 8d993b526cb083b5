import {
  requireMeantFor,
  type Change,
  parseWrites,
  type CommitResult,
  judgeWrite,
  monotonicMs,
  UnavailableError,
} from '@claviger/core/store'
import { activityOperations } from '../indexes/activity.ts'
import { headOfChange, storeIdOf } from '../changes/head.ts'
import type { Database } from '../database.ts'
import type { Operation } from '../indexes/operation.ts'
import { mutate } from './mutation.ts'
import { readTexts, type Texts } from '../records.ts'
import { shortPause } from './short-pause.ts'
import { planOf, type WritePlan } from './write-plans.ts'

// Each turn lost is a turn someone else won. Only silent writes can make a judged change start again without refusing
// it.
const maxAttempts = 64

/**
 * Carries out a change: reads what is stored, judges it, and writes on condition that not a byte of it has changed. So
 * the rules are written once, in core, and the script only compares.
 *
 * @throws {UnavailableError} when others kept writing the records, or kept them claimed
 */
export async function commitTo(database: Database, change: Change): Promise<CommitResult> {
  const attempt = attemptsAt(database, change)
  const giveUpAt = monotonicMs() + database.patienceMs
  for (let lost = 0; lost < maxAttempts; ) {
    const result = await attempt()
    if (typeof result === 'object') return result
    if (result === 'changed') lost += 1
    else if (monotonicMs() < giveUpAt) await shortPause()
    else break
  }
  throw new UnavailableError('store', 'Others kept writing the same records. Try again.')
}

/** Why an attempt has to be made again: a record changed while it was made, or someone else has claimed one. */
export type Lost = 'changed' | 'claimed'

/** What a caller has claimed. */
export interface Claimed {
  readonly token: string
  readonly queues: readonly string[]
  /** Names of the claimed records: none of them may have changed, also where it is not written. */
  readonly records: readonly string[]
  /** What was read with the claim. */
  readonly texts: Texts
}

const nothing: Claimed = { token: '', queues: [], records: [], texts: new Map() }

/** Prepares to carry out a change; each call is an attempt, from reading to writing. */
export function attemptsAt(
  database: Database,
  change: Change,
  claimed: Claimed = nothing,
): () => Promise<CommitResult | Lost> {
  const { names } = database
  const writes = parseWrites(change)
  const log = activityOperations(names, change.activity)
  const plans = writes.map((write) => planOf(names, write))
  const reads = plans.flatMap((plan) => plan.reads)
  const queues = [...new Set([...claimed.queues, ...plans.flatMap(({ queue }) => queue ?? [])])]
  const unwritten = new Map(claimed.records.map((name) => [name, claimed.texts.get(name) ?? null]))
  let texts = reads.every((name) => claimed.texts.has(name)) ? claimed.texts : undefined

  return async () => {
    texts ??= await readTexts(database, reads)
    const refusal = judge(plans, texts)
    if (refusal !== undefined) {
      if (change.storeId !== undefined) requireMeantFor(change, await storeIdOf(database))
      return refusal
    }
    const { expected, operations } = compile(plans, texts)
    const result = await mutate(database, {
      expected: new Map([...unwritten, ...expected]),
      operations: [...operations, ...log],
      claims: { queues, token: claimed.token },
      storeId: change.storeId,
      onlyRevokes: plans.every((plan) => plan.onlyRevokes),
      ...(change.silent ? {} : { announcement: change }),
    })
    if (typeof result === 'object') return { ok: true, head: result }
    texts = undefined
    // A client may send a command again whose answer was lost. Then what is in the way is this very change.
    const done = change.silent ? undefined : await headOfChange(database, change.nonce)
    return done === undefined ? result : { ok: true, head: done }
  }
}

function judge(plans: readonly WritePlan[], texts: Texts): Extract<CommitResult, { ok: false }> | undefined {
  for (const [index, { write, current }] of plans.entries()) {
    const stored = current(texts)
    const reason = judgeWrite(write, stored)
    if (reason !== undefined) return { ok: false, reason, write: index, current: stored === 'corrupt' ? null : stored }
  }
  return undefined
}

function compile(plans: readonly WritePlan[], texts: Texts): { expected: Texts; operations: readonly Operation[] } {
  const depends = plans.flatMap((one) => one.depends(texts))
  return {
    expected: new Map(depends.map((key) => [key, texts.get(key) ?? null])),
    operations: plans.flatMap((one) => one.operations(texts)),
  }
}
