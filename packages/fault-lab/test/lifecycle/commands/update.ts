import type { UpdateKeyInput } from '@claviger/core'
import fc from 'fast-check'
import { anybody, type Who } from '../actors.ts'
import { end, grants, name, pick, sometimes } from '../arbitraries.ts'
import { inOrder } from '../grants.ts'
import type { ModelKey } from '../model.ts'
import { updateRefusal } from '../rules.ts'
import { attempt, type Call, callStep, changeKey, expectKey, pickKey, type Step } from '../step.ts'

interface Update extends Who {
  readonly pick: number
  readonly name: string | undefined
  readonly permissions: readonly string[] | undefined
  readonly endsIn: number | null | undefined
  readonly revision: 'any' | 'seen' | 'stale'
}

/** Someone changes name, grants or end of a key. */
export const update: fc.Arbitrary<Step> = fc
  .record({
    who: anybody,
    pick,
    name: sometimes(name, 3),
    permissions: sometimes(grants, 2),
    endsIn: sometimes(end, 2),
    revision: fc.constantFrom<Update['revision'][]>('any', 'any', 'seen', 'stale'),
  })
  .map(({ who, ...what }) => callStep('update', { ...who, ...what }, run))

function isAlive({ revokedAt }: ModelKey): boolean {
  return revokedAt === null
}

async function run(call: Call, wish: Update): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, wish.pick, isAlive)
  const endAt = typeof wish.endsIn === 'number' ? model.now + wish.endsIn : wish.endsIn
  const input: UpdateKeyInput = {
    ...(wish.name !== undefined && { name: wish.name }),
    ...(wish.permissions !== undefined && { permissions: wish.permissions }),
    ...(endAt !== undefined && { expiresAt: endAt }),
  }
  const seen = key?.revision ?? 1
  const options = wish.revision === 'any' ? {} : { revision: wish.revision === 'seen' ? seen : seen + 1 }
  const refusal = updateRefusal(model, actor, key, {
    ...options,
    ...(wish.permissions !== undefined && { permissions: wish.permissions }),
    ...(endAt !== undefined && { end: endAt }),
  })
  const updated = await attempt('update', refusal, () => keys.update(id, input, options))
  if (updated === undefined || key === undefined) return
  const patch: Partial<ModelKey> = {
    name: wish.name ?? key.name,
    permissions: wish.permissions === undefined ? key.permissions : inOrder(wish.permissions),
    expiresAt: endAt === undefined ? key.expiresAt : endAt,
  }
  if (JSON.stringify({ ...key, ...patch }) !== JSON.stringify(key)) changeKey(call, key, patch, 'key.updated')
  expectKey(model, updated)
}
