import { addCounts, noCounts, type UsageCounts } from '@claviger/core/store'
import { faultProxy, serverOrSkip } from '@claviger/test-servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabKey, StoreSetUp, WorkerSetUp } from '../src/protocol.ts'
import { openStore, type OpenStore } from '../src/stores.ts'
import { databases } from './databases.ts'
import { sqliteFile } from './sqlite-file.ts'
import { startTraffic } from './traffic.ts'
import { delay, startWorker, type Worker } from './worker.ts'

/*
 * Measured: what a database has counted, against what clients were answered. `FAULT_LAB_KILLS` says how often a
 * process is killed, then with the flush interval hosts have (default 3, with a shorter one).
 */
const kills = Number(process.env.FAULT_LAB_KILLS ?? 3)
const isForFigures = process.env.FAULT_LAB_KILLS !== undefined
const flushMs = isForFigures ? 5_000 : 500
// A machine that tests everything at once is late by itself: only a run for figures is held to the figures.
const patience = isForFigures ? 1 : 3
const report = (line: string): void => void process.stdout.write(`${line}\n`)

const labs = [
  ...databases,
  { name: 'SQLite', kind: 'sqlite' as const, start: sqliteFile, prepare: async () => {} },
] as const

for (const database of labs) {
  const suite = await serverOrSkip<{ readonly url: string; stop(): Promise<void> }>(database.name, database.start)

  suite.describe(`usage on ${database.name}`, () => {
    let opened: OpenStore
    let store: StoreSetUp

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      store = { kind: database.kind, url }
      opened = openStore(store)
      await opened.store.ready?.()
    })
    afterAll(() => opened?.close())

    const start = (name: string, more: Partial<WorkerSetUp> = {}): Promise<Worker> =>
      startWorker(name, { framework: 'express', store, ...more })
    const counted = async ({ id }: LabKey): Promise<UsageCounts> => {
      const query = { workspaceId: 'lab', keyId: id, from: 0, to: 1e14, bucket: 'total' } as const
      return ((await opened.store.usage?.(query)) ?? []).reduce<UsageCounts>(addCounts, noCounts)
    }

    test('a process that is told to end under load stores every request it answered, and ends by itself', async () => {
      for (const framework of ['express', 'koa'] as const) {
        const worker = await start(framework, { framework })
        const [good, revoked] = (await worker.create(2, 'user')) as [LabKey, LabKey]
        await worker.revoke(revoked.id)
        const traffic = startTraffic(worker, [good.token, good.token, revoked.token])
        await delay(1_500)
        const exitCode = await worker.end('SIGTERM')
        await traffic.stop()
        const [allowed, denied] = [traffic.answered(204), traffic.answered(401)]
        report(`${database.name}, ${framework}: ended under load: ${allowed} allowed and ${denied} denied, all counted`)
        expect(allowed).toBeGreaterThan(100)
        expect(await counted(good)).toMatchObject({ requests: allowed, allowed })
        expect(await counted(revoked)).toMatchObject({ requests: denied, allowed: 0, denied: { key_revoked: denied } })
        expect(exitCode).toBe(0)
      }
    })

    test(
      `a process that is killed ${kills} times loses at most a flush interval of requests, and counts none twice`,
      async () => {
        const losses: string[] = []
        for (let round = 0; round < kills; round += 1) {
          const worker = await start(`killed-${round}`, { flushMs })
          const [key] = (await worker.create(1, 'user')) as [LabKey]
          // Cold, so that the load begins when the first flush is planned.
          await worker.get(key.token)
          const traffic = startTraffic(worker, [key.token], 4)
          await delay(flushMs * (isForFigures ? 1 : 4) * (1.2 + round / kills))
          const killedAt = Date.now()
          await worker.end('SIGKILL')
          await traffic.stop()
          const answered = 1 + traffic.answered(204)
          const { requests } = await counted(key)
          losses.push(`${answered - requests} of ${answered}`)
          expect(requests).toBeLessThanOrEqual(answered)
          expect(requests).toBeGreaterThan(0)
          expect(answered - requests).toBeLessThanOrEqual(traffic.answeredSince(killedAt - flushMs * patience))
        }
        report(`${database.name}: killed ${kills} times, flush every ${flushMs} ms: lost ${losses.join('; ')}`)
      },
      120_000 + kills * 20_000,
    )

    test('last used never moves back between processes whose clocks are 5 s apart', async () => {
      const workers = await Promise.all([
        start('ahead', { aheadMs: 5_000, flushMs: 100 }),
        start('behind', { flushMs: 100 }),
      ])
      const [key] = (await workers[0].create(1, 'user')) as [LabKey]
      const seen: number[] = []
      for (let round = 0; round < 24; round += 1) {
        expect(await workers[round % 4 === 0 ? 0 : 1].get(key.token)).toMatchObject({ status: 204 })
        await delay(60)
        const record = (await opened.store.find([key.id])).get(key.id)
        if (record !== undefined && record !== 'corrupt' && record.lastUsedAt !== null) seen.push(record.lastUsedAt)
      }
      expect(seen.length).toBeGreaterThan(10)
      expect(seen).toEqual(seen.toSorted((a, b) => a - b))
      expect(await Promise.all(workers.map((worker) => worker.end('SIGTERM')))).toEqual([0, 0])
      expect((await counted(key)).requests).toBe(24)
    })

    if (database.kind !== 'sqlite') {
      test('batches whose confirmation is swallowed count once', async () => {
        const { url } = suite.server()
        const proxy = await faultProxy({ port: Number(new URL(url).port), url })
        const worker = await start('swallowed', { store: { ...store, url: proxy.url, busUrl: url }, flushMs: 400 })
        try {
          const [key] = (await worker.create(1, 'user')) as [LabKey]
          await worker.get(key.token)
          const traffic = startTraffic(worker, [key.token], 2)
          for (let round = 0; round < 3; round += 1) {
            await proxy.swallowReplies()
            await delay(3_000)
            // Cut, so that no answer comes after all.
            await proxy.rst()
            await proxy.pass()
            await delay(1_500)
          }
          const applied = await counted(key)
          await traffic.stop()
          expect(await worker.end('SIGTERM')).toBe(0)
          const answered = 1 + traffic.answered(204)
          report(`${database.name}: swallowed replies: ${answered} answered, ${(await counted(key)).requests} counted`)
          expect(applied.requests).toBeGreaterThan(0)
          expect((await counted(key)).requests).toBe(answered)
        } finally {
          await worker.close()
          await proxy.close()
        }
      })
    }
  })
}
