import fc from 'fast-check'
import { anybody, type Who } from '../actors.ts'
import { ownerOf, pick, whom, type Whom } from '../arbitraries.ts'
import { isSame } from '../model.ts'
import { transferRefusal } from '../rules.ts'
import { attempt, type Call, callStep, changeKey, expectKey, pickKey, type Step } from '../step.ts'
import { touchAccount } from './create.ts'

type Transfer = Who & { readonly pick: number; readonly to: Whom }

/** Someone gives a key to another owner. */
export const transfer: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick, to: whom })
  .map(({ who, ...what }) => callStep('transfer', { ...who, ...what }, run))

async function run(call: Call, { pick, to }: Transfer): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick)
  const owner = ownerOf(model, to)
  const transferred = await attempt('transfer', transferRefusal(model, actor, key, owner), () =>
    keys.transfer(id, owner),
  )
  if (transferred === undefined || key === undefined) return
  if (!isSame(key.owner, owner)) {
    changeKey(call, key, { owner }, 'key.transferred')
    touchAccount(model, actor.workspaceId, owner.id)
  }
  expectKey(model, transferred)
}
