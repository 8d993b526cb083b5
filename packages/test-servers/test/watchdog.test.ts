import { expect, test, vi } from 'vitest'
import { serverOrSkip, startPostgres, startRedis } from '../src/index.ts'
import { isRunning } from '../src/process-tree.ts'
import { runFixture } from './support/run-fixture.ts'

const redis = await serverOrSkip('Redis', startRedis)
const postgres = await serverOrSkip('PostgreSQL', startPostgres)

redis.describe('with Redis', () => {
  postgres.describe('and PostgreSQL', () => {
    test.each(['SIGKILL', 'nothing special'])('servers do not outlive their process: it ends by %s', async (HOW) => {
      const { output } = await runFixture(new URL('./fixtures/leaving.fixture.ts', import.meta.url), { HOW })
      const pids = [...output.matchAll(/pid=(\d+);/g)].map(([, pid]) => Number(pid))
      expect(pids).toHaveLength(2)
      await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), 10_000)
    })
  })
})
