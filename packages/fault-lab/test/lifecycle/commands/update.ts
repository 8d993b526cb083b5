import type { UpdateKeyInput } from '@claviger/core'
import fc from 'fast-check'
import { anybody, type Who } from '../actors.ts'
import { addresses, end, grants, name, pick, resources, sometimes } from '../arbitraries.ts'
import { inOrder } from '../grants.ts'
import { clientsOf, reachesAll, type Resources } from '../limits.ts'
import type { ModelKey } from '../model.ts'
import { updateRefusal } from '../rules.ts'
import { attempt, type Call, callStep, changeKey, count, expectKey, pickKey, type Step } from '../step.ts'

interface Update extends Who {
  readonly pick: number
  readonly name: string | undefined
  readonly permissions: readonly string[] | undefined
  readonly allowedAddresses: readonly string[] | undefined
  readonly resources: Resources | undefined
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
    allowedAddresses: sometimes(addresses, 3),
    resources: sometimes(resources, 3),
    endsIn: sometimes(end, 2),
    revision: fc.constantFrom<Update['revision'][]>('any', 'any', 'seen', 'stale'),
  })
  .map(({ who, ...what }) => callStep('update', { ...who, ...what }, run))

/** Whether a change makes sense: rather than all, limited keys get other limits. */
function isSensible({ revokedAt, allowedAddresses, resources }: ModelKey, wish: Update): boolean {
  const isLimited = allowedAddresses.length > 0 || Object.keys(resources).length > 0
  const limits = wish.allowedAddresses !== undefined || wish.resources !== undefined
  return revokedAt === null && (isLimited || !limits)
}

async function run(call: Call, wish: Update): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, wish.pick, (key) => isSensible(key, wish))
  const endAt = typeof wish.endsIn === 'number' ? model.now + wish.endsIn : wish.endsIn
  const input: UpdateKeyInput = {
    ...(wish.name !== undefined && { name: wish.name }),
    ...(wish.permissions !== undefined && { permissions: wish.permissions }),
    ...(wish.allowedAddresses !== undefined && { allowedAddresses: wish.allowedAddresses }),
    ...(wish.resources !== undefined && { resources: wish.resources }),
    ...(endAt !== undefined && { expiresAt: endAt }),
  }
  const seen = key?.revision ?? 1
  const options = wish.revision === 'any' ? {} : { revision: wish.revision === 'seen' ? seen : seen + 1 }
  const refusal = updateRefusal(model, actor, key, {
    ...options,
    ...(wish.permissions !== undefined && { permissions: wish.permissions }),
    ...(wish.allowedAddresses !== undefined && { allowedAddresses: wish.allowedAddresses }),
    ...(wish.resources !== undefined && { resources: wish.resources }),
    ...(endAt !== undefined && { end: endAt }),
  })
  const updated = await attempt('update', refusal, () => keys.update(id, input, options))
  if (updated === undefined || key === undefined) return
  const patch: Partial<ModelKey> = {
    name: wish.name ?? key.name,
    permissions: wish.permissions === undefined ? key.permissions : inOrder(wish.permissions),
    allowedAddresses: wish.allowedAddresses ?? key.allowedAddresses,
    resources: wish.resources ?? key.resources,
    expiresAt: endAt === undefined ? key.expiresAt : endAt,
  }
  tellLimits(key, wish)
  if (JSON.stringify({ ...key, ...patch }) !== JSON.stringify(key)) changeKey(call, key, patch, 'key.updated')
  expectKey(model, updated)
}

/** Counts which way the limits of a key were moved. */
function tellLimits(
  key: ModelKey,
  { allowedAddresses = key.allowedAddresses, resources = key.resources }: Update,
): void {
  const [held, wanted] = [clientsOf(key.allowedAddresses), clientsOf(allowedAddresses)]
  if (wanted.some((client) => !held.includes(client))) count('update widens addresses')
  if (held.some((client) => !wanted.includes(client))) count('update narrows addresses')
  if (!reachesAll(key.resources, resources)) count('update widens resources')
  if (!reachesAll(resources, key.resources)) count('update narrows resources')
}
