import type { ListKeysInput, ManagedKey } from '@claviger/core'
import { systemActor } from '@claviger/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { anybody, type Who } from '../actors.ts'
import { pick } from '../arbitraries.ts'
import { day, type Model, type ModelKey, statusOf } from '../model.ts'
import { isForbidden, lists } from '../rights.ts'
import { readRefusal } from '../rules.ts'
import { isExpiring, isRotationDue } from '../shown.ts'
import { attempt, type Call, callStep, expectKey, pickAnyKey, pickKey, type Step } from '../step.ts'
import { latest } from '../timeline.ts'

type Status = NonNullable<ManagedKey['status']>
type Search = string | { readonly idOf: number } | { readonly endOf: number }

interface List extends Who {
  readonly status?: Status | readonly Status[]
  readonly environment?: string
  readonly ownerId?: string
  readonly attention?: NonNullable<ListKeysInput['attention']>
  readonly search?: Search
  readonly limit: number
}

/** Someone reads one key. */
export const get: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick })
  .map(({ who, pick }) => callStep('get', { ...who, pick }, runGet))

/** Someone lists keys, page by page. */
export const list: fc.Arbitrary<Step> = fc
  .record(
    {
      who: anybody,
      status: fc.oneof(
        fc.constantFrom<Status[]>('active', 'rotating', 'disabled', 'expired', 'revoked'),
        fc.constant<Status[]>(['active', 'revoked']),
      ),
      environment: fc.constantFrom('production', 'production', 'ci', 'moon'),
      ownerId: fc.constantFrom('ada', 'bob', 'robot'),
      attention: fc.constantFrom<NonNullable<List['attention']>[]>(
        'rotationDue',
        'expiring',
        'neverUsed',
        'unused',
        'ownerGone',
      ),
      search: fc.oneof(
        fc.constantFrom('', 'alpha', 'ALPHA', 'beta', 'lpha'),
        fc.record({ idOf: pick }),
        fc.record({ endOf: pick }),
      ),
      limit: fc.constantFrom(1, 2, 3, 100),
    },
    { requiredKeys: ['who', 'limit'] },
  )
  .map(({ who, ...what }) => callStep('list', { ...who, ...what }, runList))

async function runGet(call: Call, { pick }: Who & { readonly pick: number }): Promise<void> {
  const { model, actor, keys } = call
  const { id, key } = pickKey(call, pick)
  const read = await attempt('get', readRefusal(actor, key), () => keys.get(id))
  if (read !== undefined) expectKey(model, read)
}

async function runList(call: Call, { status, environment, ownerId, attention, search, limit }: List): Promise<void> {
  const { model, actor, keys } = call
  const text = search === undefined ? undefined : searchText(model, search)
  const refusal = isForbidden(actor, 'list')
    ? 'ERR_CLAVIGER_FORBIDDEN'
    : environment === 'moon'
      ? 'ERR_CLAVIGER_VALIDATION'
      : undefined
  const input: ListKeysInput = {
    limit,
    ...(status !== undefined && { status }),
    ...(environment !== undefined && { environment }),
    ...(ownerId !== undefined && { ownerId }),
    ...(attention !== undefined && { attention }),
    ...(text !== undefined && { search: text }),
  }
  const found = await attempt('list', refusal, () => everyPage(keys, input))
  if (found === undefined) return
  const needsLook = attention === undefined ? undefined : await lookers(call, attention)
  const wanted = status ?? (attention === undefined ? undefined : ['active', 'rotating', 'disabled'])
  const expected = model.keys
    .map(latest)
    .filter(
      (key) =>
        lists(actor, key) &&
        (wanted === undefined || [wanted].flat().includes(statusOf(key, model.now))) &&
        (environment === undefined || key.environment === environment) &&
        (ownerId === undefined || key.owner.id === ownerId) &&
        (needsLook === undefined || needsLook(key)) &&
        (text === undefined || isFound(key, text)),
    )
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
  expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  for (const key of found) expectKey(model, key)
}

async function everyPage(keys: Call['keys'], input: ListKeysInput): Promise<readonly ManagedKey[]> {
  const items: ManagedKey[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof keys.list>> = await keys.list(cursor === null ? input : { ...input, cursor })
    // Full, except the last: a caller is never told "nothing more" before it is true.
    expect(page.items.length).toBe(page.nextCursor === null ? page.items.length : input.limit)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

/** Which keys need this kind of look. What is not the model's business, the shown keys themselves tell. */
async function lookers(
  { model, world, actor }: Call,
  attention: NonNullable<List['attention']>,
): Promise<(key: ModelKey) => boolean> {
  const { now } = model
  if (attention === 'rotationDue') return (key) => isRotationDue(key, now)
  if (attention === 'expiring') return (key) => isExpiring(key, now)
  const shown = await everyPage(world.keyrings[0].as(systemActor(actor.workspaceId)), { limit: 100 })
  const isConcerned = (key: ManagedKey): boolean => {
    const { lastUsedAt, ownerGoneAt, createdAt } = key
    if (attention === 'ownerGone') return ownerGoneAt !== null
    const at = attention === 'neverUsed' ? createdAt : lastUsedAt
    return (lastUsedAt === null) === (attention === 'neverUsed') && (at?.getTime() ?? now) < now - 90 * day
  }
  return ({ id }) => shown.some((key) => key.id === id && isConcerned(key))
}

function searchText(model: Model, search: Search): string {
  if (typeof search === 'string') return search
  if ('idOf' in search) return pickAnyKey(model, search.idOf).id
  return model.tokens[search.endOf % Math.max(1, model.tokens.length)]?.token.slice(-4) ?? 'none'
}

/** By its id, by the end of its current token, or by the beginning of its name. */
function isFound({ id, current, name }: ModelKey, text: string): boolean {
  return id === text || current.token.slice(-4) === text || name.toLowerCase().startsWith(text.toLowerCase())
}
