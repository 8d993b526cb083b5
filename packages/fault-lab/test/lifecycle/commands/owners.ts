import type { Owner } from '@claviger/core'
import fc from 'fast-check'
import { sometimes } from '../arbitraries.ts'
import { accountTimeline, change, hostTimeline, type Model } from '../model.ts'
import { type Step, step } from '../step.ts'
import { latest, type Process } from '../timeline.ts'
import type { World } from '../world.ts'

interface OwnerChange {
  readonly place: 0 | 1
  readonly owner: Owner
  readonly grants: readonly string[] | null
  readonly tells: 'nobody' | Process
}

const someone: fc.Arbitrary<Pick<OwnerChange, 'place' | 'owner'>> = fc.constantFrom(
  { place: 0, owner: { type: 'user', id: 'ada' } } as const,
  { place: 0, owner: { type: 'user', id: 'ada' } } as const,
  { place: 0, owner: { type: 'user', id: 'bob' } } as const,
  { place: 0, owner: { type: 'user', id: 'eve' } } as const,
  { place: 0, owner: { type: 'service', id: 'robot' } } as const,
  { place: 1, owner: { type: 'user', id: 'ada' } } as const,
)

const held = fc.constantFrom(
  ['*:*', 'keys:manage'],
  ['*:*', 'keys:manage'],
  ['prompts:*', 'keys:manage'],
  ['prompts:read'],
  [],
  null,
)

/** The host changes what someone may do, or someone leaves; it tells a process, or no one. */
export const changeOwner: fc.Arbitrary<Step> = fc
  .record({ someone, grants: held, tells: fc.constantFrom<OwnerChange['tells'][]>(0, 0, 1, 'nobody') })
  .map(({ someone, ...what }) => ({ ...someone, ...what }))
  .map((what) => step('changeOwner', what, (model, world) => run(model, world, what)))

/** A process is told that someone changed, who did not, or who did before. */
export const announceOwner: fc.Arbitrary<Step> = fc
  .record({ someone, by: fc.constantFrom<Process[]>(0, 1), account: sometimes(fc.nat(5), 3) })
  .map((what) =>
    step('ownerChanged', what, async (model, world) => {
      const { place, owner } = what.someone
      const timeline =
        what.account === undefined ? undefined : model.accounts[what.account % Math.max(1, model.accounts.length)]
      const account = timeline && latest(timeline)
      await (account === undefined
        ? announce(model, world, model.workspaces[place], owner, what.by)
        : announce(model, world, account.workspace, { type: 'service', id: account.id }, what.by))
    }),
  )

async function run(model: Model, world: World, { place, owner, grants, tells }: OwnerChange): Promise<void> {
  const workspace = model.workspaces[place]
  const timeline = hostTimeline(model, workspace, owner)
  if (timeline === undefined) throw new Error('The host knows whom it changes.')
  world.know(workspace, owner, grants)
  change(model, timeline, grants, undefined)
  if (tells !== 'nobody') await announce(model, world, workspace, owner, tells)
}

async function announce(model: Model, world: World, workspaceId: string, owner: Owner, by: Process): Promise<void> {
  await world.keyrings[by].ownerChanged({ workspaceId, owner })
  const account = accountTimeline(model, workspaceId, owner.id)
  if (account !== undefined) change(model, account, latest(account), by)
  const known = hostTimeline(model, workspaceId, owner)
  if (known !== undefined) change(model, known, latest(known), by)
}
