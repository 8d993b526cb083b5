import { serverOrSkip } from '@claviger/test-servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabKey, Weakening } from '../src/protocol.ts'
import { databases } from './databases.ts'
import { measureRevocations, percentile, summary } from './measure.ts'
import { startThree, type ThreeProcesses } from './three-processes.ts'
import { delay } from './worker.ts'

/*
 * Whatever else takes power from a key reaches every process as fast as a revocation does. `FAULT_LAB_REVOCATIONS`
 * says how many keys of each kind (default 12).
 */
const count = Number(process.env.FAULT_LAB_REVOCATIONS ?? 12)
const patience = process.env.FAULT_LAB_REVOCATIONS === undefined ? 3 : 1
const ways: readonly (readonly [Weakening, LabKey['owner']['type']])[] = [
  ['disable', 'user'],
  ['narrow', 'user'],
  ['owner changed', 'user'],
  ['account narrowed', 'service'],
  ['account deleted', 'service'],
]

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)

  suite.describe(`three processes on ${database.name}`, () => {
    let three: ThreeProcesses

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      three = await startThree({ kind: database.kind, url })
    })
    afterAll(() => three?.close())

    test.each(ways)('%s: at once here, and elsewhere within 2 s', async (how, ownerType) => {
      const keys = await three.createKnown(count, ownerType)
      // The news of their creation has come everywhere, or it would be that which makes processes look again.
      await delay(2_500)
      const delays = await measureRevocations(three.workers, keys, async (worker, key) => {
        if (how === 'owner changed') await Promise.all(three.workers.map((each) => each.demote(key.owner.id)))
        return worker.weaken(how, key)
      })
      process.stdout.write(`${database.name}, ${how}: other processes ${summary(delays.otherProcessesMs)}\n`)
      expect(percentile(delays.sameProcessMs, 100)).toBe(0)
      expect(percentile(delays.otherProcessesMs, 100)).toBeLessThanOrEqual(2_000 * patience)
    })
  })
}
