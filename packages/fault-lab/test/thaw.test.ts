import { addCounts, noCounts, type UsageCounts } from '@claviger/core/store'
import { serverOrSkip } from '@claviger/test-servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabKey, StoreSetUp } from '../src/protocol.ts'
import { openStore, type OpenStore } from '../src/stores.ts'
import { databases } from './databases.ts'
import { sqliteFile } from './sqlite-file.ts'
import { delay, startWorker, type Worker } from './worker.ts'

/*
 * A whole process that is frozen and goes on later, as serverless hosts, paused virtual machines and `kill -STOP` do it:
 * what it knew from before is worth nothing once its lease has run out, with the first request after.
 */
const leaseMs = 5_000
const requests = 20

const labs = [
  ...databases,
  { name: 'SQLite', kind: 'sqlite' as const, start: sqliteFile, prepare: async () => {} },
] as const

for (const database of labs) {
  const suite = await serverOrSkip<{ readonly url: string; stop(): Promise<void> }>(database.name, database.start)

  suite.describe(`a process that was frozen, on ${database.name}`, () => {
    let store: StoreSetUp
    let opened: OpenStore
    let other: Worker
    const frozen: Worker[] = []

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      store = { kind: database.kind, url }
      opened = openStore(store)
      await opened.store.ready?.()
      other = await startWorker('other', { framework: 'express', store })
    })
    afterAll(async () => {
      for (const worker of frozen) worker.thaw()
      await Promise.all([...frozen, other].map((worker) => worker?.close()))
      await opened?.close()
    })

    const start = async (framework: 'express' | 'koa'): Promise<Worker> => {
      const worker = await startWorker(framework, { framework, store })
      frozen.push(worker)
      return worker
    }
    const counted = async ({ id }: LabKey): Promise<UsageCounts> => {
      const query = { workspaceId: 'lab', keyId: id, from: 0, to: 1e14, bucket: 'total' } as const
      return ((await opened.store.usage?.(query)) ?? []).reduce<UsageCounts>(addCounts, noCounts)
    }

    test('accepts no key that was revoked meanwhile, be the request sent during the freeze or after it', async () => {
      const workers = await Promise.all([start('express'), start('koa')])
      const [revoked, good] = (await other.create(2, 'user')) as [LabKey, LabKey]
      for (const worker of workers) {
        for (const { token } of [revoked, good]) expect((await worker.get(token)).status).toBe(204)
      }
      for (const worker of workers) worker.freeze()
      expect(await other.revoke(revoked.id)).not.toHaveProperty('code')
      const ask = ({ token }: LabKey): Promise<number>[] =>
        workers.flatMap((worker) => Array.from({ length: requests }, async () => (await worker.get(token)).status))
      const during = ask(revoked)
      await delay(leaseMs + 1_500)
      for (const worker of workers) worker.thaw()
      const statuses = await Promise.all([...during, ...ask(revoked)])
      // The store may not have been asked in time; it is never said to be a bad key before it was.
      expect(statuses.filter((status) => status !== 401 && status !== 503)).toEqual([])
      expect(statuses).toContain(401)
      for (const status of await Promise.all(ask(good))) expect(status).toBe(204)
    })

    test('had everything counted that it stored with flush(), also when it never goes on', async () => {
      const worker = await start('koa')
      const [key] = (await other.create(1, 'user')) as [LabKey]
      await Promise.all(Array.from({ length: requests }, () => worker.get(key.token)))
      await worker.flush()
      worker.freeze()
      expect(await counted(key)).toMatchObject({ requests, allowed: requests })
      await worker.end('SIGKILL')
      expect(await counted(key)).toMatchObject({ requests, allowed: requests })
    })
  })
}
