import fc from 'fast-check'
import { expect } from 'vitest'
import { pick, sometimes } from '../arbitraries.ts'
import { clients } from '../limits.ts'
import type { Model } from '../model.ts'
import type { Requirement } from '../requirement.ts'
import { verdictShown } from '../shown.ts'
import { count, type Step, step } from '../step.ts'
import type { Process } from '../timeline.ts'
import { type Alteration, alterations } from '../tokens.ts'
import { textOf, verdictsOf } from '../verdict.ts'
import type { World } from '../world.ts'

const client = fc.constantFrom(...clients)
const resource = fc.constantFrom<NonNullable<Requirement['resource']>[]>(
  { type: 'project', id: 'p1' },
  { type: 'project', id: 'p2' },
  { type: 'project', id: 'p3' },
  { type: 'dataset', id: 'd1' },
  { type: 'dataset', id: 'd2' },
)

/** What may be asked besides: anything together, or only what limits the key itself. */
export const asked: fc.Arbitrary<{ readonly place?: 0 | 1 } & Requirement> = fc.oneof(
  fc.record(
    {
      place: fc.constantFrom<(0 | 1)[]>(0, 0, 1),
      environment: fc.constantFrom('production', 'ci'),
      permission: fc.constantFrom('prompts:read', 'prompts:write', 'context:download', 'keys:manage'),
      client,
      resource,
    },
    { requiredKeys: [] },
  ),
  fc.record({ client, resource }),
)

/** Now and then a token is sent altered. */
export const alteration: fc.Arbitrary<Alteration | undefined> = sometimes(fc.constantFrom(...alterations), 4)

/** Someone sends a token that was shown once, as it was or altered. */
export const verify: fc.Arbitrary<Step> = fc
  .record({ pick, process: fc.constantFrom<Process[]>(0, 1), alteration, asked })
  .map((what) =>
    step('verify', what, async (model, world) => {
      const token = model.tokens[what.pick % Math.max(1, model.tokens.length)]
      if (token === undefined) return
      await expectVerdict(model, world, what.process, token, what.alteration, requirementOf(model, what.asked))
    }),
  )

/** Every token ever shown is sent to both processes, from one client. */
export const verifyAll: fc.Arbitrary<Step> = fc
  .record({ client, resource }, { requiredKeys: ['client'] })
  .map((asked) => step('verifyAll', asked, (model, world) => expectVerdicts(model, world, asked)))

/** Sends every token to both processes, and compares. */
export async function expectVerdicts(model: Model, world: World, asked: Requirement): Promise<void> {
  for (const token of model.tokens) {
    await Promise.all(([0, 1] as const).map((process) => expectVerdict(model, world, process, token, undefined, asked)))
  }
}

export function requirementOf(
  { workspaces }: Model,
  { place, ...rest }: { readonly place?: 0 | 1 } & Requirement,
): Requirement {
  return { ...rest, ...(place !== undefined && { workspace: workspaces[place] }) }
}

async function expectVerdict(
  model: Model,
  world: World,
  process: Process,
  token: Model['tokens'][number],
  alteration: Alteration | undefined,
  requirement: Requirement,
): Promise<void> {
  const { client = null } = requirement
  const verification = await world.keyrings[process].verify(textOf(token.token, alteration), {
    ...questionOf(requirement),
    address: client,
  })
  const possible = new Map(
    verdictsOf(model, process, token, alteration, { ...requirement, client }).map((verdict) => [
      JSON.stringify(verdict),
      verdict,
    ]),
  )
  count(`verify ${verification.ok ? 'ok' : verification.code}${possible.size > 1 ? ', one of several' : ''}`)
  const [only, ...others] = possible.values()
  if (others.length === 0) expect(verdictShown(verification)).toEqual(only)
  else expect([...possible.values()]).toContainEqual(verdictShown(verification))
}

/** What is asked of a key, in the words of the keyring, but for the address. */
export function questionOf({ workspace, environment, permission, resource }: Requirement): {
  readonly workspaceId?: string
  readonly environment?: string
  readonly permission?: string
  readonly resources?: Readonly<Record<string, string>>
} {
  return {
    ...(workspace !== undefined && { workspaceId: workspace }),
    ...(environment !== undefined && { environment }),
    ...(permission !== undefined && { permission }),
    ...(resource !== undefined && { resources: { [resource.type]: resource.id } }),
  }
}
