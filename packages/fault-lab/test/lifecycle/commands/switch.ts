import fc from 'fast-check'
import { anybody, type Who } from '../actors.ts'
import { pick } from '../arbitraries.ts'
import { enableRefusal, simpleRefusal } from '../rules.ts'
import { attempt, type Call, callStep, changeKey, expectKey, pickKey, type Step } from '../step.ts'

type Switch = Who & { readonly pick: number }

/** Someone switches a key off. */
export const disable: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick })
  .map(({ who, pick }) => disabling({ ...who, pick }))

export function disabling(what: Switch): Step {
  return callStep('disable', what, runDisable)
}

/** Someone switches a key on again. */
export const enable: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick })
  .map(({ who, pick }) => callStep('enable', { ...who, pick }, runEnable))

async function runDisable(call: Call, { pick }: Switch): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick)
  const disabled = await attempt('disable', simpleRefusal(model, actor, key, 'revoke'), () => keys.disable(id))
  if (disabled === undefined || key === undefined) return
  if (key.disabledAt === null) changeKey(call, key, { disabledAt: model.now }, 'key.disabled')
  expectKey(model, disabled)
}

async function runEnable(call: Call, { pick }: Switch): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick, ({ disabledAt, revokedAt }) => disabledAt !== null && revokedAt === null)
  const enabled = await attempt('enable', enableRefusal(model, actor, key), () => keys.enable(id))
  if (enabled === undefined || key === undefined) return
  if (key.disabledAt !== null) changeKey(call, key, { disabledAt: null }, 'key.enabled')
  expectKey(model, enabled)
}
