import { type Actor, isClavigerError, type KeyManager, type ManagedKey } from '@claviger/core'
import type fc from 'fast-check'
import { expect } from 'vitest'
import { actorOf, presentActor, type Who } from './actors.ts'
import { change, findKey, keyTimeline, type Model, type ModelKey } from './model.ts'
import { sees } from './rights.ts'
import { keyShown, modelKeyShown } from './shown.ts'
import { latest, type Process } from './timeline.ts'
import type { World } from './world.ts'

/** One step of a run, taken by model and reality alike. */
export type Step = fc.AsyncCommand<Model, World>

/** What has happened over all runs: for knowing that the interesting things did. */
export const tally = new Map<string, number>()

/** Makes a step. */
export function step(title: string, what: object, run: (model: Model, world: World) => Promise<void>): Step {
  return { check: () => true, run, toString: () => `${title}(${JSON.stringify(what)})` }
}

/** What someone's call meets. */
export interface Call {
  readonly model: Model
  readonly world: World
  /** As it may act now. */
  readonly actor: Actor
  /** As the manager was made for it. */
  readonly asked: Actor
  readonly keys: KeyManager
  readonly process: Process
}

/** Makes a step in which someone calls the facade of one of the processes. */
export function callStep<What extends Who>(
  title: string,
  what: What,
  run: (call: Call, what: What) => Promise<void>,
): Step {
  return step(title, what, async (model, world) => {
    const asked = await actorOf(model, world, what)
    if (asked === undefined) return
    const { process } = what
    const actor = presentActor(model, asked)
    await run({ model, world, actor, asked, process, keys: world.keyrings[process].as(asked) }, what)
  })
}

/** Carries out a call that must succeed, or fail with this very code. Undefined when it failed as it had to. */
export async function attempt<T>(
  title: string,
  refusal: string | undefined,
  call: () => Promise<T>,
): Promise<T | undefined> {
  count(`${title} ${refusal ?? 'ok'}`)
  try {
    const value = await call()
    expect({ title, outcome: 'ok' }).toEqual({ title, outcome: refusal ?? 'ok' })
    return value
  } catch (error) {
    if (!isClavigerError(error)) throw error
    expect({ title, outcome: error.code, message: error.message }).toMatchObject({ title, outcome: refusal ?? 'ok' })
    return undefined
  }
}

export function count(what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

/**
 * A key a call is about: mostly one that its actor sees, and of these rather one for which the call makes sense, else
 * any, or an id that no one has.
 */
export function pickKey({ model, actor }: Call, pick: number, makesSense = (_: ModelKey): boolean => true): Picked {
  const visible = model.keys.map(latest).filter((key) => sees(actor, key))
  const sensible = visible.filter(makesSense)
  const choice = pick % 2 === 0 || sensible.length === 0 ? visible : sensible
  const key = pick % 4 === 0 ? undefined : choice[Math.floor(pick / 4) % Math.max(1, choice.length)]
  return key === undefined ? pickAnyKey(model, pick) : { id: key.id, key }
}

/** Any key there is, or an id that no one has. */
export function pickAnyKey({ keys }: Model, pick: number): Picked {
  const timeline = keys[pick % (keys.length + 1)]
  const key = timeline && latest(timeline)
  return { id: key?.id ?? 'nobodysKey000000', key }
}

interface Picked {
  readonly id: string
  readonly key: ModelKey | undefined
}

/** Changes a key in the model, and compares: where nothing changes, the record stays what it was. */
export function changeKey(
  { model, actor, process }: Call,
  before: ModelKey,
  patch: Partial<ModelKey>,
  action: string,
): ModelKey {
  const timeline = keyTimeline(model, before.id)
  if (timeline === undefined) throw new Error('Only known keys change.')
  const after = { ...before, ...patch, revision: before.revision + 1, updatedAt: model.now }
  change(model, timeline, after, process)
  note(model, actor, action, before.id)
  return after
}

/** Writes a line of the log. */
export function note(model: Model, { workspaceId, type, id }: Actor, action: string, target: string): void {
  model.log.push({ workspace: workspaceId, action, actor: `${type} ${id}`, target })
}

/** Compares a key with the model's. */
export function expectKey(model: Model, key: ManagedKey): void {
  const expected = findKey(model, key.id)
  expect(keyShown(key)).toEqual(expected && modelKeyShown(expected, model))
}
