import fc from 'fast-check'
import { expect } from 'vitest'
import { pick } from '../arbitraries.ts'
import { day, hour, type Model, pass as passInModel } from '../model.ts'
import { pickAnyKey, type Step, step } from '../step.ts'
import type { World } from '../world.ts'

/** Time passes. */
export const pass: fc.Arbitrary<Step> = fc
  .oneof(
    { weight: 5, arbitrary: fc.constantFrom(1, 999, 2_000, 2_000, 9_999, 10_000) },
    { weight: 3, arbitrary: fc.constantFrom(hour, day) },
    { weight: 1, arbitrary: fc.constantFrom(7 * day, 30 * day, 90 * day) },
  )
  .map((ms) => step('pass', { ms }, async (model, world) => letPass(model, world, ms)))

/** Time passes until a key or the overlap of its rotation ends, or just not. */
export const passToEnd: fc.Arbitrary<Step> = fc
  .record({ pick, end: fc.constantFrom('expiry', 'overlap'), off: fc.constantFrom(-1, 0, 1) })
  .map((what) =>
    step('passToEnd', what, async (model, world) => {
      const { key } = pickAnyKey(model, what.pick)
      const end = what.end === 'expiry' ? key?.expiresAt : key?.previous?.endsAt
      const ms = (end ?? 0) + what.off - model.now
      if (ms > 0) await letPass(model, world, ms)
    }),
  )

async function letPass(model: Model, world: World, ms: number): Promise<void> {
  await world.pass(ms)
  passInModel(model, ms)
  expect(world.now()).toBe(model.now)
}
