import fc from 'fast-check'
import { expect } from 'vitest'
import { anybody, type Who } from '../actors.ts'
import { pick } from '../arbitraries.ts'
import { change, keyTimeline, type ModelKey } from '../model.ts'
import { revokeRefusal } from '../rules.ts'
import { attempt, type Call, callStep, changeKey, count, expectKey, pickKey, type Step } from '../step.ts'

/** Someone ends a key. */
export const revoke: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick })
  .map(({ who, pick }) => callStep('revoke', { ...who, pick }, run))

/** Someone ends several keys, each by itself. */
export const revokeMany: fc.Arbitrary<Step> = fc
  .record({ who: anybody, picks: fc.array(pick, { maxLength: 3 }) })
  .map(({ who, picks }) => callStep('revokeMany', { ...who, picks }, runMany))

async function run(call: Call, { pick }: Who & { readonly pick: number }): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick)
  const revoked = await attempt('revoke', revokeRefusal(model, actor, id, key), () =>
    keys.revoke(id, { reason: 'Leaked' }),
  )
  if (revoked === undefined || key === undefined) return
  end(call, key, 'Leaked')
  expectKey(model, revoked)
}

async function runMany(call: Call, { picks }: Who & { readonly picks: readonly number[] }): Promise<void> {
  const { model, actor, keys } = call
  const picked = new Map(picks.map((pick) => pickKey(call, pick)).map((each) => [each.id, each.key]))
  const expected = [...picked].map(([id, key]) => ({ id, refusal: revokeRefusal(model, actor, id, key) }))
  const results = await keys.revokeMany([...picked.keys()])
  expect(
    results.map((result) => ({
      id: result.id,
      refusal: result.ok ? undefined : 'code' in result.error ? result.error.code : result.error,
    })),
  ).toEqual(expected)
  for (const { id, refusal } of expected) {
    count(`revokeMany ${refusal ?? 'ok'}`)
    const key = picked.get(id)
    if (refusal === undefined && key !== undefined) end(call, key, null)
  }
  for (const result of results) if (result.ok) expectKey(model, result.key)
}

/** Ends a key permanently: ending it again changes nothing, but the caller learns about it. */
export function end(call: Call, key: ModelKey, reason: string | null): void {
  const { model, process } = call
  if (key.revokedAt === null) {
    changeKey(call, key, { revokedAt: model.now, revokedReason: reason }, 'key.revoked')
    return
  }
  const timeline = keyTimeline(model, key.id)
  if (timeline !== undefined) change(model, timeline, key, process)
}
