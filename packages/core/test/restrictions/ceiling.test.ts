import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isClavigerError, type ManagedKey, type MemberActor, type Verification } from '../../src/index.ts'
import { user } from '../support/actors.ts'
import { partOf } from '../support/property-runs.ts'
import { setUp } from '../support/set-up.ts'
import { everyResource, grantable, means, selection } from './oracle.ts'

/*
 * Everything that a key could be used for is written out: each permission on each pair of a project and a dataset, as a
 * route with three guards asks for it. What a call adds to it, its caller must have had.
 */

const permissionNames = ['prompts:read', 'prompts:write'] as const
const ofType = (type: string): readonly string[] => everyResource.filter(([each]) => each === type).map(([, id]) => id)
const everyUse = permissionNames.flatMap((permission) =>
  ofType('project').flatMap((project) => ofType('dataset').map((dataset) => ({ permission, project, dataset }))),
)
type Use = (typeof everyUse)[number]

interface Holding {
  readonly permissions: readonly string[]
  readonly resources: Readonly<Record<string, readonly string[]>>
}

const allows = ({ permissions, resources }: Holding, { permission, project, dataset }: Use): boolean =>
  permissions.includes(permission) && means(resources, ['project', project]) && means(resources, ['dataset', dataset])

const holding: fc.Arbitrary<Holding> = fc.record({
  permissions: fc.subarray([...permissionNames]),
  resources: selection,
})

// Some hold all, or no call would ever succeed.
const actors = fc.oneof(holding, fc.record({ permissions: fc.constant(permissionNames), resources: selection }))

const step = fc.record({
  call: fc.constantFrom('create', 'update', 'update', 'update', 'rotate', 'enable', 'extend'),
  actor: actors,
  permissions: fc.option(fc.subarray([...permissionNames]), { nil: undefined }),
  resources: fc.option(grantable, { nil: undefined }),
})

const wishes = fc.record({ permissions: fc.subarray([...permissionNames]), resources: grantable })

test('whatever is created and changed, no call hands out a use that its actor did not have', async () => {
  const seen = { done: 0, refused: 0, added: 0 }
  await fc.assert(
    fc.asyncProperty(holding, wishes, fc.array(step, { minLength: 1, maxLength: 8 }), async (owner, first, steps) => {
      const world = setUp({
        resources: ['project', 'dataset'],
        resolveOwner: () => ({ permissions: owner.permissions, resources: owner.resources }),
      })
      const usesOf = (held: Holding): readonly Use[] => everyUse.filter((use) => allows(held, use))
      const expiresAt = new Date(world.clock.now() + 86_400_000)
      let { key, token } = await world.create({ ...first, expiresAt })

      for (const { call, actor, permissions, resources } of steps) {
        const member: MemberActor = user('ada', { ...actor })
        const keys = world.keyring.as(member)
        const before = usesOf(key)
        const wish = { ...(permissions && { permissions }), ...(resources && { resources }) } as never as object
        try {
          if (call === 'create') {
            const made = await keys.create({ name: 'Key', environment: 'ci', expiresAt, permissions: [], ...wish })
            const had = usesOf(made.key).every((use) => allows(actor, use))
            expect(had, JSON.stringify({ call, actor, key: made.key })).toBe(true)
            ;({ key, token } = made)
            seen.done += 1
            continue
          }
          if (call === 'rotate') {
            ;({ key, token } = await keys.rotate(key.id, { overlap: 0 }))
            expect(usesOf(key).every((use) => allows(actor, use))).toBe(true)
          } else if (call === 'enable') {
            await world.keys.disable(key.id)
            await keys.enable(key.id).catch(async (error: unknown) => {
              await world.keys.enable(key.id)
              throw error
            })
            expect(before.every((use) => allows(actor, use))).toBe(true)
          } else {
            const later = new Date(Number(key.expiresAt) + 1_000)
            const after = await keys.update(key.id, { ...wish, ...(call === 'extend' && { expiresAt: later }) })
            const added = usesOf(after).filter((use) => call === 'extend' || !before.includes(use))
            expect(added.filter((use) => !allows(actor, use))).toEqual([])
            if (added.length > 0) seen.added += 1
            key = after
          }
          seen.done += 1
        } catch (error) {
          if (!isClavigerError(error)) throw error
          seen.refused += 1
        }
      }
      const held: ManagedKey = key
      for (const use of everyUse) {
        const { permission, project, dataset } = use
        const answer: Verification = await world.keyring.verify(token, {
          permission,
          resources: { project, dataset },
        })
        expect(answer.ok, JSON.stringify({ use, held, owner })).toBe(allows(held, use) && allows(owner, use))
      }
    }),
    { seed: 17, numRuns: partOf(400) },
  )
  expect(seen.done).toBeGreaterThan(partOf(200))
  expect(seen.refused).toBeGreaterThan(partOf(200))
  expect(seen.added).toBeGreaterThan(partOf(20))
}, 60_000)
