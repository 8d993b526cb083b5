import { type Change, checkedWrites, type CommitResult, judgeWrite, UnavailableError } from '@claviger/core/store'
import { activityOperations } from './activity.ts'
import { headOfChange } from './change-log.ts'
import type { Database } from './database.ts'
import { mutate, type Operation } from './mutation.ts'
import { readTexts } from './records.ts'
import { planOf, type Texts, type WritePlan } from './write-plans.ts'

// Each turn lost is a turn somebody else won. Only silent writes can make a judged change start again without refusing it.
const maxAttempts = 64

/**
 * Carries out a change: reads what is stored, judges it, and writes on condition that not a byte of it has changed. So
 * the rules are written once, in core, and the script only compares.
 */
export async function commitTo(database: Database, change: Change): Promise<CommitResult> {
  const { names } = database
  const writes = checkedWrites(change)
  const log = activityOperations(names, change.activity)
  const plans = writes.map((write) => planOf(names, write))
  let texts = await readTexts(
    database,
    plans.flatMap(({ reads }) => reads),
  )
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const refusal = judge(plans, texts)
    if (refusal !== undefined) return refusal
    const { expected, operations } = compile(plans, texts)
    const result = await mutate(database, {
      expected,
      operations: [...operations, ...log],
      onlyRevokes: plans.every((plan) => plan.onlyRevokes),
      ...(change.silent ? {} : { announcement: change }),
    })
    if (result !== 'changed') return { ok: true, head: result }
    // A client may send a command again whose answer was lost. Then what is in the way is this very change.
    const done = change.silent ? undefined : await headOfChange(database, change.nonce)
    if (done !== undefined) return { ok: true, head: done }
    texts = await readTexts(database, [...texts.keys()])
  }
  throw new UnavailableError('store', 'Others kept writing the same records. Try again.')
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
