import { serverOrSkip } from '@claviger/test-servers'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { databases } from '../databases.ts'
import { expectAftermath } from './aftermath.ts'
import { anyStep } from './commands/index.ts'
import { day, emptyModel, type ModelPolicy } from './model.ts'
import { opening } from './opening.ts'
import { inMemory, on, onSqlite, type Place } from './places.ts'
import { tally } from './step.ts'
import { latest } from './timeline.ts'
import { createWorld } from './world.ts'

/*
 * The whole life of keys, as random steps of several people in two processes on one store, compared with a plain model
 * after each. `FAULT_LAB_MODEL_RUNS` says how many runs (default 300 in memory, 15 on a database), `FAULT_LAB_SEED` which.
 * A failure shows the seed and the shortest run that fails.
 */
const asked = process.env.FAULT_LAB_MODEL_RUNS
const seed = process.env.FAULT_LAB_SEED
const runsOr = (byDefault: number): number => (asked === undefined ? byDefault : Number(asked))
const timeout = asked === undefined ? 180_000 : 3_600_000
const title = 'every step ends as the model says'
let workspaces = 0

describe('the life of keys in memory', () => {
  test(title, { timeout }, async () => {
    await compare(inMemory, runsOr(300))
    for (const what of usual) expect([what, tally.get(what) ?? 0]).toEqual([what, expect.toSatisfy(isPositive)])
  })
})

describe('the life of keys on SQLite', () => {
  test(title, { timeout }, async () => onOne(await onSqlite(), runsOr(15)))
})

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)
  suite.describe(`the life of keys on ${database.name}`, () => {
    test(title, { timeout }, async () => onOne(await on(database, suite.server().url), runsOr(15)))
  })
}

afterAll(() => {
  if (asked === undefined) return
  const lines = [...tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what}: ${count}`)
  process.stdout.write(`${lines.join('\n')}\n`)
})

/** What happens in any hundred runs: a test in which it does not happen compares nothing. */
const usual = [
  'create ok',
  'create limited to addresses',
  'create limited to resources',
  'update narrows addresses',
  'update widens addresses',
  'update narrows resources',
  'update widens resources',
  'rotate ok',
  'verify ok',
  'verify key_revoked',
  'verify key_expired',
  'verify key_rotated',
  'verify address_not_allowed',
  'verify resource_not_allowed',
  'diagnosed address_not_allowed',
  'diagnosed resource_not_allowed',
]
const isPositive = (count: number): boolean => count > 0

async function onOne(place: Place, runs: number): Promise<void> {
  try {
    await compare(async () => ({ ...place, close: async () => {} }), runs)
  } finally {
    await place.close()
  }
}

async function compare(open: () => Promise<Place>, runs: number): Promise<void> {
  const policy = fc.constantFrom<ModelPolicy[]>({ maxLifetime: null }, { maxLifetime: null }, { maxLifetime: 30 * day })
  const steps = fc.commands(anyStep, { maxCommands: 40, size: 'max' })
  const property = fc.asyncProperty(policy, fc.boolean(), steps, async (policy, hasBus, steps) => {
    const place = await open()
    const world = createWorld(place.stores, policy, hasBus)
    workspaces += 1
    const model = emptyModel(policy, [`home ${workspaces}`, `elsewhere ${workspaces}`], world.now())
    for (const { workspace, owner, grants } of model.host) world.know(workspace, owner, latest(grants))
    try {
      for (const step of opening) await step.run(model, world)
      await fc.asyncModelRun(() => ({ model, real: world }), steps)
      await expectAftermath(model, world)
    } finally {
      await world.close()
      await place.close()
    }
  })
  await fc.assert(property, { numRuns: runs, unbiased: true, ...(seed !== undefined && { seed: Number(seed) }) })
}
