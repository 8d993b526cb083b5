import { type Activity, type KeyStore, UnavailableError } from '@claviger/core/store'
import type { FaultProxy } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, updateKey } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import type { ServerStoreOptions, SqlStore } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { emptied, type ServerClient } from '../support/under-test.ts'
import type { ClientOptions, ServerSuite } from './server-suite.ts'

const record = testRecord()
const writes = [updateKey(record, { name: 'Renamed' }), insertKey(testRecord({ id: testKeyId(2) }))]

interface BehindProxy {
  readonly proxy: FaultProxy
  /** Reaches the server through the proxy. */
  readonly store: SqlStore
  /** Reaches it directly. */
  readonly observer: SqlStore
  readonly run: ServerClient['run']
}

/** What the network and the server do to a store, and what it does then: reject, and never half a change. */
export function faults(suite: ServerSuite): void {
  async function behindProxy(options: ClientOptions = {}, storeOptions: ServerStoreOptions = {}): Promise<BehindProxy> {
    const proxy = await suite.proxy()
    const direct = suite.client()
    const observer = direct.store()
    await emptied(direct, observer)
    await observer.commit(testChange({ writes: [insertKey(record)] }))
    const store = suite.client({ url: proxy.url, ...options }).store(storeOptions)
    await store.find([record.id])
    return { proxy, store, observer, run: direct.run }
  }

  describe('faults', () => {
    test('a connection that breaks at any statement of a commit leaves the old state, or all of the new one', async () => {
      let statements = 0
      let breakAt = Number.POSITIVE_INFINITY
      let isOver = false
      const { proxy, store, observer } = await behindProxy({
        onStatement: async () => {
          statements += 1
          if (statements === breakAt) await proxy.rst()
        },
      })
      const before = await stateOf(observer)
      for (let place = 1; !isOver; place += 1) {
        statements = 0
        breakAt = place
        const outcome = await store.commit(testChange({ writes })).catch((error: unknown) => error)
        breakAt = Number.POSITIVE_INFINITY
        // Behind the commit itself nothing is lost any more.
        isOver = statements < place || !(outcome instanceof Error)
        if (isOver) expect(outcome).toMatchObject({ ok: true })
        else {
          expect(outcome, `broken at statement ${place}`).toBeInstanceOf(UnavailableError)
          expect(await stateOf(observer)).toEqual(before)
        }
        expect(place).toBeLessThan(30)
      }
      expect(statements).toBeGreaterThan(6)
    })

    test('rejects, and never tries again, when the answer to the commit itself is lost', async () => {
      let isArmed = true
      const { proxy, store, observer } = await behindProxy({
        onStatement: async (sql) => {
          if (isArmed && sql === 'commit') await proxy.swallowReplies()
        },
      })
      const committing = store.commit(testChange({ writes })).catch((error: unknown) => error)
      // The server has carried it out; no one was told.
      await until(async () => (await observer.poll(null)).head.epoch === 2)
      isArmed = false
      await proxy.rst()
      expect(await committing).toBeInstanceOf(UnavailableError)
      await proxy.pass()
      expect(await stateOf(observer)).toMatchObject({ epoch: 2, found: [{ name: 'Renamed' }, { id: testKeyId(2) }] })
      expect(await store.commit(testChange({ writes }))).toMatchObject({ ok: false, reason: 'conflict', write: 0 })
    })

    // A driver that gives up on a statement leaves its connection in the middle of a transaction.
    test('a frozen server: calls end with their timeouts, and no later call gets into their transactions', async () => {
      let isArmed = true
      const onStatement = async (sql: string): Promise<void> => {
        if (isArmed && sql.startsWith('update')) await proxy.hold()
      }
      const { proxy, store, observer, run } = await behindProxy(
        { maxConnections: 1, onStatement },
        { statementTimeoutMs: 300 },
      )
      await expect(store.commit(testChange({ writes }))).rejects.toThrow(UnavailableError)
      isArmed = false
      await proxy.pass()
      // On the abandoned connection this would be seen by no one else, and rolled back with it.
      expect(await store.commit(testChange({ writes: [insertKey(testRecord({ id: testKeyId(3) }))] }))).toMatchObject({
        ok: true,
      })
      expect(await observer.find([testKeyId(3)])).toHaveProperty('size', 1)
      expect((await observer.find([record.id])).get(record.id)).toMatchObject({ name: 'Production' })
      expect(await run('select epoch from claviger_head')).toHaveLength(1)
    })

    test('an exhausted pool: calls end with their timeouts, and go on when there is a connection again', async () => {
      const { proxy, store } = await behindProxy({ maxConnections: 1 }, { statementTimeoutMs: 300 })
      await proxy.hold()
      const calls = [store.find([record.id]), store.find([record.id]), store.poll(null)]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CLAVIGER_UNAVAILABLE' } })
      }
      await proxy.pass()
      expect(await store.find([record.id])).toHaveProperty('size', 1)
    })

    test('a killed server: calls reject and the process lives; after the restart everything is there', async () => {
      const client = suite.client()
      const store = client.store()
      await emptied(client, store)
      await store.commit(testChange({ writes: [insertKey(record)] }))
      const before = await stateOf(store)
      const gone = suite.server().kill()
      const pending = Array.from({ length: 20 }, (_, index) =>
        store.commit(testChange({ writes: [insertKey(testRecord({ id: testKeyId(100 + index) }))] })).then(
          (result) => (result.ok ? index : undefined),
          (error: unknown) => {
            expect(error).toBeInstanceOf(UnavailableError)
            return undefined
          },
        ),
      )
      const told = (await Promise.all(pending)).filter((index) => index !== undefined)
      await gone
      await expect(store.find([record.id])).rejects.toThrow(UnavailableError)
      await expect(store.poll(null)).rejects.toThrow(UnavailableError)
      await suite.server().restart()
      await until(async () => (await store.find([record.id]).catch(() => new Map())).size === 1)
      const found = await store.find(told.map((index) => testKeyId(100 + index)))
      expect(found.size).toBe(told.length)
      expect(before.found).toHaveLength(1)
      expect(await store.commit(testChange({ writes }))).toMatchObject({ ok: true })
    })

    test('messages carry no hash: neither the statement nor its parameters are passed on', async () => {
      const client = suite.client()
      const store = client.store({ tablePrefix: 'broken_' })
      await store.migrate()
      await client.run('drop table broken_activity')
      const entry: Activity = {
        id: 'a',
        workspaceId: 'w',
        at: 0,
        actor: { type: 'user', id: 'ada' },
        action: 'key.created',
        target: { type: 'key', id: record.id },
        before: null,
        after: { note: 'canary-7f' },
        origin: null,
      }
      const error = await store
        .commit(testChange({ writes: [insertKey(record)], activity: [entry] }))
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(UnavailableError)
      const told = everythingOf(error)
      expect(told).toContain('broken_activity')
      for (const secret of [record.secrets[0].hash, record.secrets[0].tag, 'canary-7f']) {
        expect(told).not.toContain(secret)
        expect(told.toLowerCase()).not.toContain(Buffer.from(secret).toString('hex'))
      }
    })
  })
}

/** All that any logger could print of an error, hidden properties and causes included. */
function everythingOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 5) return String(error)
  return Reflect.ownKeys(error)
    .map((name) => `${String(name)}: ${everythingOf(Reflect.get(error, name), depth + 1)}`)
    .join('\n')
}

interface State {
  readonly found: readonly unknown[]
  readonly listed: readonly unknown[]
  readonly epoch: unknown
}

async function stateOf(store: KeyStore): Promise<State> {
  const found = await store.find([testKeyId(1), testKeyId(2)])
  const listed = await store.list({ workspaceId: 'ws_acme', at: 0, limit: 100 })
  return {
    found: [...found.values()].toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)),
    listed: listed.items,
    epoch: (await store.poll?.(null))?.head.epoch,
  }
}

function idOf(record: unknown): string {
  return (record as { readonly id: string }).id
}
