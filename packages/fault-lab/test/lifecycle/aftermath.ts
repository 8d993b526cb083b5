import { systemActor } from '@claviger/core'
import { expect } from 'vitest'
import { expectVerdicts } from './commands/verify.ts'
import { clients } from './limits.ts'
import { pass, type Model } from './model.ts'
import { expectKey } from './step.ts'
import { latest } from './timeline.ts'
import type { World } from './world.ts'

/** After a run, when all news has arrived, everything is as the model has it: every key, every token, every line of the log. */
export async function expectAftermath(model: Model, world: World): Promise<void> {
  await world.pass(10_000)
  pass(model, 10_000)
  for (const client of clients) await expectVerdicts(model, world, { client })
  for (const workspace of model.workspaces) await expectWorkspace(model, world, workspace)
}

async function expectWorkspace(model: Model, world: World, workspace: string): Promise<void> {
  const keys = world.keyrings[1].as(systemActor(workspace))
  const { items } = await keys.list({ limit: 100 })
  const known = model.keys.map(latest).filter((key) => key.workspace === workspace)
  expect(items.map(({ id }) => id).sort()).toEqual(known.map(({ id }) => id).sort())
  for (const key of items) expectKey(model, key)
  const lines: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof keys.activity>> = await keys.activity(
      cursor === null ? { limit: 100 } : { limit: 100, cursor },
    )
    lines.push(...page.items.map(({ action, actor, target }) => line(action, `${actor.type} ${actor.id}`, target.id)))
    cursor = page.nextCursor
  } while (cursor !== null)
  const expected = model.log.filter((each) => each.workspace === workspace)
  expect(lines.sort()).toEqual(expected.map(({ action, actor, target }) => line(action, actor, target)).sort())
}

function line(action: string, actor: string, target: string): string {
  return `${action} of ${target} by ${actor}`
}
