import { dayMs, hourMs } from '@claviger/core/store'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { ServerSuite } from './server-suite.ts'

/** A day on which clocks went forward in Samoa, whose zone is thirteen or fourteen hours from UTC. */
const switchDay = Date.UTC(2020, 8, 26)

/** Instants are integers, in this process and in the database. */
export function timeZones(suite: ServerSuite, timeZone: string): void {
  describe('far from UTC', () => {
    const own = process.env['TZ']
    afterEach(() => {
      if (own === undefined) delete process.env['TZ']
      else process.env['TZ'] = own
    })

    test('instants come back as they went in, and days are those of UTC', async () => {
      const [observer] = await suite.stores(3)
      process.env['TZ'] = 'Pacific/Apia'
      expect(new Date(switchDay).getHours()).not.toBe(0)
      const store = suite.client({ timeZone }).store()
      const instants = Array.from({ length: 48 }, (_, index) => switchDay + index * hourMs + 1)
      const record = testRecord({ createdAt: switchDay + 1, updatedAt: switchDay + 2, expiresAt: switchDay + 3 })
      await store.commit(testChange({ writes: [insertKey(record)] }))
      expect((await observer.find([record.id])).get(record.id)).toEqual(record)
      const counts = { requests: 1, allowed: 1, denied: {}, clientErrors: 0, serverErrors: 0 }
      const entries = instants.map((at) => ({
        workspaceId: 'ws_acme',
        keyId: record.id,
        version: 1,
        hour: at - 1,
        lastUsedAt: at,
        ...counts,
      }))
      await store.addUsage({ instanceId: 'a', sequence: 1, entries })
      const range = { workspaceId: 'ws_acme', from: switchDay, to: switchDay + 2 * dayMs }
      const days = await store.usage({ ...range, bucket: 'day' })
      expect(days.map(({ start, requests }) => [start, requests])).toEqual([
        [switchDay, 24],
        [switchDay + dayMs, 24],
      ])
      expect(await observer.usage({ ...range, bucket: 'hour' })).toHaveLength(48)
    })
  })
}
