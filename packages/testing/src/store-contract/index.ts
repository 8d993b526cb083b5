import { parseOptions } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { activity } from './activity.ts'
import { atomicity } from './atomicity.ts'
import { bus } from './bus.ts'
import { busiestKeys } from './busiest.ts'
import { callersOfKeys } from './callers.ts'
import { changeLog } from './change-log.ts'
import { commits } from './commit.ts'
import { copies } from './copies.ts'
import { corruption } from './corruption.ts'
import { deniedCodes } from './denied-codes.ts'
import { dueKeys } from './due.ts'
import { filters } from './filters.ts'
import { finality } from './final.ts'
import { followers } from './followers.ts'
import { ids } from './ids.ts'
import { isolation } from './isolation.ts'
import { lastUsed } from './last-used.ts'
import { lifecycle } from './lifecycle.ts'
import { linesOfAll } from './lines.ts'
import { locked } from './locked.ts'
import { marks } from './marks.ts'
import type { OptionalMethod, StoreContractOptions, StoreUnderTest } from './options.ts'
import { pagination } from './pagination.ts'
import { purging } from './purge.ts'
import { races } from './races.ts'
import { roundTrips } from './round-trips.ts'
import { services } from './services.ts'
import { silence } from './silent.ts'
import { type ContractGroup, has, runGroup } from './suite.ts'
import { trust } from './trust.ts'
import { usage } from './usage.ts'

const groups: readonly ContractGroup[] = [
  roundTrips,
  ids,
  commits,
  atomicity,
  finality,
  silence,
  races,
  locked,
  changeLog,
  trust,
  bus,
  pagination,
  filters,
  isolation,
  copies,
  usage,
  deniedCodes,
  busiestKeys,
  lastUsed,
  callersOfKeys,
  activity,
  services,
  marks,
  dueKeys,
  linesOfAll,
  followers,
  purging,
  corruption,
  lifecycle,
]

const optionNames = ['name', 'makeStore', 'runner', 'demote', 'lose', 'leavesOut'] as const

/**
 * The whole contract of `KeyStore`, executable: registers a test for every sentence of it with the given runner.
 * Needs no particular runner and no network, and never sleeps.
 *
 * A test that needs an optional method is reported as skipped where the method is absent (Jest: where `leavesOut` names
 * it); nothing else can be left out.
 *
 * @example
 * import { describe, test } from 'vitest'
 *
 * storeContract({
 *   name: 'my store',
 *   runner: { describe, test },
 *   makeStore: async () => {
 *     const database = await freshDatabase()
 *     return { store: myStore(database), close: () => database.drop() }
 *   },
 * })
 *
 * @throws {ConfigurationError} for an option that does not exist
 */
export function storeContract<Made extends StoreUnderTest>(given: StoreContractOptions<Made>): void {
  const options = parseOptions<StoreContractOptions<Made>>('storeContract', given, optionNames)
  options.runner.describe(`store contract: ${options.name}`, () => {
    for (const group of groups) runGroup(group, options)
    const { leavesOut = [] } = options
    if (leavesOut.length > 0) testAbsence(options, leavesOut)
  })
}

function testAbsence(
  { runner, makeStore }: Pick<StoreContractOptions, 'runner' | 'makeStore'>,
  leavesOut: readonly OptionalMethod[],
): void {
  runner.test('what the store is said to leave out is really absent', async () => {
    const made = await makeStore()
    try {
      assert.deepEqual(
        leavesOut.filter((name) => has(made, name)),
        [],
        'leavesOut names what is there',
      )
    } finally {
      await made.close()
    }
  })
}
