import type { CreateKeyInput } from '@claviger/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { anybody, type Who } from '../actors.ts'
import {
  addresses,
  end,
  environment,
  grants,
  name,
  ownerOf,
  resources,
  sometimes,
  whom,
  type Whom,
} from '../arbitraries.ts'
import { covers, defaults, inOrder } from '../grants.ts'
import type { Resources } from '../limits.ts'
import { accountTimeline, change, grantsOf, type Model, type ModelKey } from '../model.ts'
import { ownOwner, sees } from '../rights.ts'
import { createRefusal, endOfNew } from '../rules.ts'
import { attempt, type Call, callStep, count, expectKey, note, type Step } from '../step.ts'
import { latest } from '../timeline.ts'

interface Create extends Who {
  readonly name: string
  readonly environment: string
  readonly permissions: readonly string[] | undefined
  readonly allowedAddresses?: readonly string[] | undefined
  readonly resources?: Resources | undefined
  readonly named: Whom | undefined
  readonly endsIn: number | null | undefined
  readonly once: boolean
}

/** Someone makes a key. */
export const create: fc.Arbitrary<Step> = fc
  .record({
    who: anybody,
    name,
    environment,
    permissions: sometimes(grants, 2),
    allowedAddresses: sometimes(addresses, 4),
    resources: sometimes(resources, 3),
    named: sometimes(whom, 3),
    endsIn: sometimes(end, 2),
    once: fc.nat(9).map((chance) => chance === 0),
  })
  .map(({ who, ...what }) => creating({ ...who, ...what }))

export function creating(what: Create): Step {
  return callStep('create', what, run)
}

async function run(call: Call, wish: Create): Promise<void> {
  const { model, actor, keys } = call
  const owner = wish.named === undefined ? undefined : ownerOf(model, wish.named)
  const endAt = typeof wish.endsIn === 'number' ? model.now + wish.endsIn : wish.endsIn
  const input: CreateKeyInput = {
    name: wish.name,
    environment: wish.environment,
    ...(wish.permissions !== undefined && { permissions: wish.permissions }),
    ...(wish.allowedAddresses !== undefined && { allowedAddresses: wish.allowedAddresses }),
    ...(wish.resources !== undefined && { resources: wish.resources }),
    ...(owner !== undefined && { owner }),
    ...(endAt !== undefined && { expiresAt: endAt }),
  }
  const refusal = createRefusal(model, actor, { ...wish, owner, end: endAt })
  if (wish.once && refusal === undefined) return createOnce(call, input)
  const made = await attempt('create', refusal, () => keys.create(input))
  if (made === undefined) return
  record(call, input, made.token, made.key.id)
  if (made.key.allowedAddresses.length > 0) count('create limited to addresses')
  if (Object.keys(made.key.resources).length > 0) count('create limited to resources')
  expectKey(model, made.key)
}

/** The same request twice makes one key; another request under the same name is refused. */
async function createOnce(call: Call, input: CreateKeyInput): Promise<void> {
  const { model, actor, keys } = call
  const request = {
    workspace: actor.workspaceId,
    actor: `${actor.type} ${actor.id}`,
    idempotencyKey: 'once',
    input: JSON.stringify({ ...input, expiresAt: input.expiresAt ?? null }),
  }
  const before = model.remembered.find(
    ({ workspace, actor }) => workspace === request.workspace && actor === request.actor,
  )
  const refusal = before && replayRefusal(call, before, request.input)
  const made = await attempt('create once', refusal, () => keys.create(input, { idempotencyKey: 'once' }))
  if (made === undefined) return
  expect({ replayed: made.replayed, id: made.key.id }).toEqual({
    replayed: before !== undefined,
    id: before?.keyId ?? made.key.id,
  })
  if (made.token !== null) {
    record(call, input, made.token, made.key.id)
    model.remembered.push({ ...request, keyId: made.key.id })
  } else count('create replayed')
  expectKey(model, made.key)
}

function replayRefusal({ model, actor }: Call, before: Model['remembered'][number], input: string): string | undefined {
  if (before.input !== input) return 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED'
  const key = model.keys.map(latest).find(({ id }) => id === before.keyId)
  return key !== undefined && sees(actor, key) ? undefined : 'ERR_CLAVIGER_KEY_NOT_FOUND'
}

function record({ model, actor, process }: Call, input: CreateKeyInput, token: string, id: string): void {
  const { workspaceId } = actor
  const owner = input.owner ?? ownOwner(actor)
  if (owner === undefined) throw new Error('A key has an owner.')
  const held = owner.type === 'service' ? (grantsOf(model, workspaceId, owner) ?? []) : ['*:*']
  const key: ModelKey = {
    id,
    workspace: workspaceId,
    revision: 1,
    name: input.name,
    environment: input.environment,
    permissions: inOrder(
      input.permissions ?? defaults.filter((grant) => covers(actor.permissions, grant) && covers(held, grant)),
    ),
    allowedAddresses: input.allowedAddresses ?? actor.allowedAddresses ?? [],
    resources: input.resources ?? {},
    owner,
    createdBy: { type: actor.type, id: actor.id },
    current: { version: 1, token, createdAt: model.now, endsAt: null },
    previous: undefined,
    createdAt: model.now,
    updatedAt: model.now,
    expiresAt: endOfNew(actor, input.expiresAt as number | null | undefined),
    disabledAt: null,
    revokedAt: null,
    revokedReason: null,
  }
  model.keys.push([])
  change(model, model.keys.at(-1) ?? [], key, process)
  model.tokens.push({ token, keyId: id })
  note(model, actor, 'key.created', id)
  touchAccount(model, workspaceId, owner.id)
}

/** Giving a key to an account moves its revision, so that it cannot be deleted at the same time. */
export function touchAccount(model: Model, workspace: string, id: string): void {
  const timeline = accountTimeline(model, workspace, id)
  const version = timeline?.pop()
  if (version === undefined) return
  timeline?.push({ ...version, value: { ...version.value, revision: version.value.revision + 1 } })
}
