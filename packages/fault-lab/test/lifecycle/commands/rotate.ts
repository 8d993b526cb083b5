import fc from 'fast-check'
import { anybody, type Who } from '../actors.ts'
import { pick } from '../arbitraries.ts'
import { day, hour, isOverlapping } from '../model.ts'
import { rotateRefusal, simpleRefusal } from '../rules.ts'
import { attempt, type Call, callStep, changeKey, expectKey, pickKey, type Step } from '../step.ts'

interface Rotate extends Who {
  readonly pick: number
  readonly overlap: '24h' | '7d' | '8d' | number | undefined
}

const lengths = { '24h': day, '7d': 7 * day, '8d': 8 * day } as const

/** Someone gives a key a new secret. The old one works for the overlap, but no longer than the key. */
export const rotate: fc.Arbitrary<Step> = fc
  .record({
    who: anybody,
    pick,
    overlap: fc.constantFrom<Rotate['overlap'][]>('24h', undefined, 0, 0, hour, '7d', '8d'),
  })
  .map(({ who, ...what }) => rotating({ ...who, ...what }))

export function rotating(what: Rotate): Step {
  return callStep('rotate', what, run)
}

async function run(call: Call, { pick, overlap }: Rotate): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick, (key) => isOverlapping(key, model.now))
  const ms = typeof overlap === 'number' ? overlap : lengths[overlap ?? '24h']
  const refusal = rotateRefusal(model, actor, key, ms)
  const rotated = await attempt('rotate', refusal, () => keys.rotate(id, overlap === undefined ? {} : { overlap }))
  if (rotated === undefined || key === undefined) return
  const endsAt = Math.min(model.now + ms, key.expiresAt ?? Number.POSITIVE_INFINITY)
  changeKey(
    call,
    key,
    {
      current: { version: key.current.version + 1, token: rotated.token, createdAt: model.now, endsAt: null },
      previous: { ...key.current, endsAt },
    },
    'key.rotated',
  )
  model.tokens.push({ token: rotated.token, keyId: id })
  expectKey(model, rotated.key)
}

/** Someone ends the overlap of a rotation. */
export const endOverlap: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick })
  .map(({ who, pick }) => callStep('endOverlap', { ...who, pick }, runEnd))

async function runEnd(call: Call, { pick }: Who & { readonly pick: number }): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick, (key) => isOverlapping(key, model.now))
  const ended = await attempt('endOverlap', simpleRefusal(model, actor, key, 'rotate'), () => keys.endOverlap(id))
  if (ended === undefined || key === undefined) return
  const { previous } = key
  if (previous !== undefined && isOverlapping(key, model.now)) {
    changeKey(call, key, { previous: { ...previous, endsAt: model.now } }, 'key.overlapEnded')
  }
  expectKey(model, ended)
}
