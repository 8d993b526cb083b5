import { type Ability, type Actor, keyActor, systemActor } from '@claviger/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { sometimes } from './arbitraries.ts'
import { coversAll } from './grants.ts'
import { both, clientsOf, type Resources, resourcesOf } from './limits.ts'
import { findKey, grantsOf, type Model } from './model.ts'
import { verdictShown } from './shown.ts'
import type { Process } from './timeline.ts'
import { refusalOf, verdictsOf } from './verdict.ts'
import type { World } from './world.ts'

/** Who acts in a step, and in which process. */
export interface Who {
  readonly who: 'ada' | 'bob' | 'eve' | 'robot' | 'system' | 'stranger' | 'key'
  readonly can?: Readonly<Partial<Record<Ability, boolean>>>
  /** What its session is confined to; else it holds what the host says. */
  readonly holds?: readonly string[]
  /** Which resources its session is confined to; else it reaches what the host says. */
  readonly reaches?: Resources
  /** Of a key that acts: which token it shows. */
  readonly shows?: number
  readonly process: Process
}

const confined = fc.constantFrom(['prompts:read'], ['prompts:*', 'context:download'])
const limited = fc.constantFrom<Resources[]>({ project: ['p1', 'p2'] }, { dataset: ['d1'], project: ['p1'] })
const administers = { listAll: true, manageServiceAccounts: true }
const mayNot = (['list', 'create', 'update', 'rotate', 'revoke', 'diagnose'] as const).map((ability) => ({
  [ability]: false,
}))

/** Any of them; mostly people with keys of their own, and who administers them. */
export const anybody: fc.Arbitrary<Who> = fc.oneof(
  { weight: 8, arbitrary: person('ada', undefined, undefined, administers) },
  { weight: 2, arbitrary: person('bob', undefined, ...mayNot, { listAll: true }, { manageServiceAccounts: true }) },
  { weight: 6, arbitrary: person('eve', administers) },
  { weight: 1, arbitrary: person('robot', undefined) },
  { weight: 1, arbitrary: person('system', undefined) },
  { weight: 1, arbitrary: person('stranger', administers) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(person('key', undefined, undefined, administers, { listAll: true }, ...mayNot.slice(4)), fc.nat(400))
      .map(([who, shows]) => ({ ...who, shows })),
  },
)

function person(who: Who['who'], ...cans: readonly Who['can'][]): fc.Arbitrary<Who> {
  return fc
    .tuple(fc.constantFrom<Process[]>(0, 0, 1), fc.constantFrom(...cans), sometimes(confined, 4), sometimes(limited, 5))
    .map(([process, can, holds, reaches]) => ({
      who,
      process,
      ...(can !== undefined && { can }),
      ...(holds !== undefined && who !== 'key' && who !== 'system' && { holds }),
      ...(reaches !== undefined && who !== 'key' && who !== 'system' && { reaches }),
    }))
}

/** The actor of a step: what it holds now, as the host's session would say. Undefined for a key that is not good. */
export async function actorOf(
  model: Model,
  world: World,
  { who, can, holds, reaches, shows, process }: Who,
): Promise<Actor | undefined> {
  const more = can === undefined ? {} : { can }
  const [home, elsewhere] = model.workspaces
  if (who === 'system') return systemActor(home)
  if (who === 'key') {
    const shown = await shownKey(model, world, shows ?? 0, process)
    const actor = shown && keyActor(shown.apiKey, more)
    // It acts no longer than the token works: until the end of the key, or of the overlap.
    expect(actor?.expiresAt?.getTime()).toBe(shown?.endsAt ?? undefined)
    return actor
  }
  const owner = who === 'robot' ? ({ type: 'service', id: who } as const) : ({ type: 'user', id: who } as const)
  if (who !== 'stranger') {
    return {
      ...owner,
      workspaceId: home,
      permissions: holds ?? grantsOf(model, home, owner) ?? [],
      resources: reaches ?? resourcesOf(owner),
      ...more,
    }
  }
  const namesake = { type: 'user', id: 'ada' } as const
  return {
    ...namesake,
    workspaceId: elsewhere,
    permissions: holds ?? grantsOf(model, elsewhere, namesake) ?? [],
    resources: reaches ?? {},
    ...more,
  }
}

async function shownKey(model: Model, world: World, shows: number, process: Process) {
  const managing = model.tokens.filter(({ keyId }) => findKey(model, keyId)?.permissions.includes('keys:manage'))
  const choice = shows % 2 === 0 || managing.length === 0 ? model.tokens : managing
  const token = choice[Math.floor(shows / 2) % Math.max(1, choice.length)]
  if (token === undefined) return undefined
  const [address = null] = clientsOf(findKey(model, token.keyId)?.allowedAddresses ?? [])
  const verification = await world.keyrings[process].verify(token.token, { address })
  expect(verdictsOf(model, process, token, undefined, { client: address })).toContainEqual(verdictShown(verification))
  return verification.ok ? verification : undefined
}

/**
 * The actor as it may act now. A key acts as far as a verification would let it at this moment, whatever the process
 * that verified it has heard: one that is refused holds nothing, and so may do nothing.
 */
export function presentActor(model: Model, actor: Actor): Actor {
  if (actor.type !== 'key') return actor
  const key = findKey(model, actor.id)
  const secret = [key?.current, key?.previous].find(
    (each) => each !== undefined && each.version === actor.secretVersion,
  )
  const held = key === undefined ? null : grantsOf(model, key.workspace, key.owner)
  if (key === undefined || secret === undefined) return { ...actor, permissions: [] }
  if (held === null || refusalOf(key, secret.token, held, model.now, {}) !== undefined)
    return { ...actor, permissions: [] }
  const ends = [actor.expiresAt?.getTime(), key.expiresAt, secret.endsAt].filter((end) => typeof end === 'number')
  return {
    ...actor,
    permissions: actor.permissions.filter((grant) => coversAll(key.permissions, [grant]) && coversAll(held, [grant])),
    resources: both(actor.resources ?? {}, both(key.resources, resourcesOf(key.owner))),
    allowedAddresses: key.allowedAddresses,
    owner: key.owner,
    expiresAt: ends.length === 0 ? null : new Date(Math.min(...ends)),
  }
}
