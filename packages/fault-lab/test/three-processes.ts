import type { LabKey, StoreSetUp } from '../src/protocol.ts'
import { startWorker, type Worker } from './worker.ts'

/** Three host processes on one database: two on Express, one on Koa. */
export interface ThreeProcesses {
  readonly workers: readonly [Worker, Worker, Worker]
  /** Makes keys and shows them to every process, so that all have them cached. */
  createKnown(count: number, ownerType?: LabKey['owner']['type']): Promise<readonly LabKey[]>
  close(): Promise<void>
}

/** Starts them. */
export async function startThree(store: StoreSetUp): Promise<ThreeProcesses> {
  const workers = await Promise.all([
    startWorker('express-1', { framework: 'express', store }),
    startWorker('express-2', { framework: 'express', store }),
    startWorker('koa', { framework: 'koa', store }),
  ])
  return {
    workers,
    async createKnown(count, ownerType = 'user') {
      const keys = await workers[0].create(count, ownerType)
      for (const worker of workers) await Promise.all(keys.map(({ token }) => worker.get(token)))
      return keys
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  }
}
