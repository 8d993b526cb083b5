import { UnavailableError } from '@claviger/core/store'
import { insertKey, testChange, testKeyId, testRecord, updateKey } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import type { ServerSuite } from './server-suite.ts'

const [first, second] = [testRecord({ id: testKeyId(1) }), testRecord({ id: testKeyId(2) })]
const touch = 'update claviger_keys set last_used_at = ? where id = ?'

/** Meetings with transactions of others that lock in another order, or do not let go. */
export function collisions(suite: ServerSuite): void {
  describe('other transactions', () => {
    test('a deadlock is tried again: the commit is carried out once the other is through', async () => {
      const [observer] = await suite.stores(3)
      await observer.commit(testChange({ writes: [insertKey(first), insertKey(second)] }))
      let attempts = 0
      const store = suite
        .client({ onStatement: (sql) => void (/^(?:start transaction|begin)/.test(sql) && (attempts += 1)) })
        .store()
      const watcher = suite.client()
      const other = suite.client({ maxConnections: 1 })
      await other.run('start transaction')
      await other.run(touch, 1, second.id)
      const committing = store.commit(testChange({ writes: [updateKey(first), updateKey(second)] }))
      await until(async () => (await watcher.run(suite.lockWaits)).length > 0)
      await other.run(touch, 1, first.id)
      await other.run('commit')
      expect(await committing).toMatchObject({ ok: true })
      expect(attempts).toBe(2)
      const found = [...(await observer.find([first.id, second.id])).values()]
      expect(found).toMatchObject([
        { revision: 2, lastUsedAt: 1 },
        { revision: 2, lastUsedAt: 1 },
      ])
    })

    test('a lock that is not let go makes the commit reject, and leaves nothing of it', async () => {
      const [observer] = await suite.stores(3)
      await observer.commit(testChange({ writes: [insertKey(first)] }))
      const other = suite.client({ maxConnections: 1 })
      await other.run('start transaction')
      await other.run(touch, 1, first.id)
      const store = suite.client().store({ statementTimeoutMs: 300 })
      const writes = [insertKey(second), updateKey(first)]
      await expect(store.commit(testChange({ writes }))).rejects.toThrow(UnavailableError)
      await other.run('rollback')
      expect(await observer.find([second.id])).toEqual(new Map())
      expect(await store.commit(testChange({ writes }))).toMatchObject({ ok: true })
    })
  })
}
