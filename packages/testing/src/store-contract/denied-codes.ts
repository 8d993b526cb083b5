import { dayMs } from '@claviger/core/store'
import { same, start, usageEntry } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const range = { workspaceId: 'ws_acme', from: start - 2 * dayMs, to: start + 2 * dayMs }

/** Counts of denials are kept by whole codes. */
export const deniedCodes: ContractGroup = {
  title: 'denied codes',
  define(test) {
    // Behind a code, core names what was lacked.
    test('keeps codes apart that begin alike, up to 128 characters', async ({ need }) => {
      const { addUsage, usage, busiest } = need('addUsage', 'usage', 'busiest')
      const longest = `insufficient_permission ${'a'.repeat(52)}:${'b'.repeat(51)}`
      const denied = {
        insufficient_permission: 1,
        'insufficient_permission runs:create': 2,
        'insufficient_permission runs:create.all': 3,
        'owner_lacks_permission runs:create': 4,
        [longest]: 5,
      }
      await addUsage({ instanceId: 'instance-a', sequence: 1, entries: [usageEntry({ requests: 15, denied })] })
      const [hour] = await usage({ ...range, bucket: 'hour' })
      const [day] = await usage({ ...range, keyId: usageEntry({}).keyId, bucket: 'day' })
      const [key] = (await busiest({ ...range, limit: 1 })).keys
      same([hour?.denied, day?.denied, key?.denied], [denied, denied, denied])
    })
  },
}
