import { serverOrSkip } from '@claviger/test-servers'
import { beforeAll, expect, test } from 'vitest'
import type { KeyForm, LabHasher, LabSettings, StoreSetUp } from '../src/protocol.ts'
import { openStore } from '../src/stores.ts'
import { databases } from './databases.ts'
import { sqliteFile } from './sqlite-file.ts'
import { startWorker, type Worker } from './worker.ts'

/*
 * docs/guides/rolling-deployments.md, carried out: each change of settings by its steps, with an old and a new process on
 * one store at every step. `FAULT_LAB_ROLLING` measures what hashing again costs (milliseconds of load; default 3 000,
 * and then the figure is not held to).
 */
const loadMs = Number(process.env.FAULT_LAB_ROLLING ?? 3_000)
const isForFigures = process.env.FAULT_LAB_ROLLING !== undefined

const one = { id: 'one', secret: '1'.repeat(32) }
const two = { id: 'two', secret: '2'.repeat(32) }
const hmac = (more: Omit<LabHasher, 'algorithm'>): LabSettings => ({ hasher: { algorithm: 'hmac-sha256', ...more } })
const argon2 = (more: Omit<LabHasher, 'algorithm'> = {}): LabSettings => ({
  hasher: { algorithm: 'argon2id', memoryKiB: 7_168, iterations: 1, ...more },
})

/** One deployment: its settings, and what its processes make keys of. */
interface Deployment {
  readonly settings: LabSettings
  readonly makes?: readonly KeyForm[]
}

const going = { permissions: { lab: ['use', 'old'] } }
const changes: Readonly<Record<string, readonly Deployment[]>> = {
  'a pepper': [
    { settings: hmac({ pepper: one }) },
    { settings: hmac({ pepper: one, nextPepper: two }) },
    { settings: hmac({ pepper: two, previousPeppers: [one] }) },
  ],
  'a pepper, and back': [
    { settings: hmac({ pepper: one, nextPepper: two }) },
    { settings: hmac({ pepper: two, previousPeppers: [one] }) },
    { settings: hmac({ pepper: one, nextPepper: two }) },
  ],
  'a first pepper': [
    { settings: argon2() },
    { settings: argon2({ nextPepper: one }) },
    { settings: argon2({ pepper: one }) },
  ],
  'the end of a pepper': [
    { settings: argon2({ pepper: one }) },
    { settings: argon2({ pepper: one, nextPepper: null }) },
    { settings: argon2({ previousPeppers: [one] }) },
  ],
  'dearer argon2 parameters': [{ settings: argon2() }, { settings: argon2({ iterations: 2 }) }],
  'cheaper argon2 parameters': [{ settings: argon2({ iterations: 2 }) }, { settings: argon2() }],
  'from argon2id to HMAC': [
    { settings: argon2() },
    { settings: argon2({ nextPepper: one }) },
    { settings: hmac({ pepper: one }) },
  ],
  'from HMAC to argon2id': [{ settings: hmac({ pepper: one }) }, { settings: argon2({ pepper: one }) }],
  'a prefix': [
    { settings: { prefix: 'lab' } },
    { settings: { prefix: 'lab', nextPrefix: 'labtwo' } },
    { settings: { prefix: 'labtwo', previousPrefixes: ['lab'] } },
  ],
  'a new environment': [
    { settings: { environments: ['ci'] } },
    { settings: { environments: ['ci'], nextEnvironments: ['preview'] } },
    { settings: { environments: ['ci', 'preview'] }, makes: [{ environment: 'ci' }, { environment: 'preview' }] },
  ],
  'an environment that goes': [
    { settings: { environments: ['ci', 'old'] }, makes: [{ environment: 'ci' }, { environment: 'old' }] },
    { settings: { environments: ['ci'], previousEnvironments: ['old'] } },
  ],
  'a new permission': [
    { settings: {} },
    { settings: { permissions: { lab: ['use', 'new'] } } },
    { settings: { permissions: { lab: ['use', 'new'] } }, makes: [{ permissions: ['lab:use', 'lab:new'] }] },
  ],
  'a permission that goes': [
    { settings: going, makes: [{ permissions: ['lab:use', 'lab:old'] }] },
    { settings: going },
    { settings: {} },
  ],
}

const [redis] = databases
const labs = [
  ...(redis === undefined ? [] : [redis]),
  { name: 'SQLite', kind: 'sqlite' as const, start: sqliteFile, prepare: async () => {} },
] as const

for (const database of labs) {
  const suite = await serverOrSkip<{ readonly url: string; stop(): Promise<void> }>(database.name, database.start)

  suite.describe(`a deployment that rolls, on ${database.name}`, () => {
    let store: StoreSetUp

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      store = { kind: database.kind, url }
    })

    const start = (name: string, settings: LabSettings): Promise<Worker> =>
      startWorker(name, { framework: 'express', store, settings })

    test.each(Object.entries(changes))(
      '%s: no process refuses a good key, and none accepts a bad one',
      async (_, steps) => {
        const good = new Map<string, string>()
        const ended: string[] = []
        const workers = [await start('first', steps[0]?.settings ?? {})]
        try {
          for (const [index, { settings }] of steps.entries()) {
            if (index > 0) workers.push(await start(`deployment ${index}`, settings))
            // The newest last; with it runs the deployment before it.
            for (const [place, worker] of workers.entries()) {
              const { makes = [{}] } = steps[index - (workers.length - 1 - place)] ?? {}
              for (const form of makes) {
                const [kept, revoked, rotated] = await worker.create(3, 'user', form)
                if (kept === undefined || revoked === undefined || rotated === undefined)
                  throw new Error('Expected keys.')
                good.set(kept.id, kept.token)
                good.set(`${rotated.id} before`, rotated.token)
                good.set(rotated.id, rotated.token)
                await worker.revoke(revoked.id)
                ended.push(revoked.token)
              }
            }
            for (const worker of workers) await expectOf(worker, good, ended)
            // Each rotates what the other has made.
            for (const [id] of [...good].filter(([each]) => each.endsWith(' before'))) {
              const key = id.replace(' before', '')
              const worker = workers.at(good.size % workers.length) as Worker
              good.set(key, await worker.rotate(key))
              good.delete(id)
            }
            for (const worker of workers) await expectOf(worker, good, ended)
            if (workers.length > 1) await workers.shift()?.close()
          }
        } finally {
          await Promise.all(workers.map((worker) => worker.close()))
        }
      },
    )

    test('a new pepper costs requests next to nothing, and every key in use is moved once', async () => {
      const count = isForFigures ? 300 : 40
      const recordAgeMs = 2_000
      const real = { memoryKiB: 19_456, iterations: 2 }
      const first = { ...argon2({ ...real, pepper: one, nextPepper: two }), recordAgeMs }
      const second = { ...argon2({ ...real, pepper: two, previousPeppers: [one] }), recordAgeMs }
      const opened = openStore(store)
      let workers = [await start('first a', first), await start('first b', first)]
      try {
        const keys = (await workers[0]?.create(count, 'user')) ?? []
        const tokens = keys.map(({ token }) => token)
        const warm = async (worker: Worker | undefined): Promise<void> => {
          for (let left = 30; left > 0; left -= 1) {
            for (const token of tokens) expect((await worker?.get(token))?.status).toBe(204)
            const answer = await worker?.load(tokens, 200)
            if (answer?.refused.length === 0) return
          }
        }
        for (const worker of workers) await warm(worker)
        const measure = async (): Promise<number> => {
          const loads = await Promise.all(workers.map((worker) => worker.load(tokens, loadMs)))
          expect(loads.flatMap(({ refused }) => refused)).toEqual([])
          const sum = (of: 'verified' | 'cpuMs'): number => loads.reduce((total, load) => total + load[of], 0)
          return sum('verified') / sum('cpuMs')
        }
        const before = await measure()
        await workers[1]?.close()
        workers = [workers[0] as Worker, await start('second', second)]
        await warm(workers[1])
        const rolling = await measure()
        const moved = await underPepper(two.id)
        process.stdout.write(
          `${database.name}: ${before.toFixed(0)} verifications a millisecond of CPU before, ${rolling.toFixed(0)} while it rolls (${((100 * rolling) / before).toFixed(0)} %), ${moved} of ${count} keys moved\n`,
        )
        expect(moved).toBeGreaterThan(0)
        if (isForFigures) expect(rolling).toBeGreaterThan(0.9 * before)

        async function underPepper(pepperId: string): Promise<number> {
          const found = await opened.store.find(keys.map(({ id }) => id))
          return [...found.values()].filter((record) => record !== 'corrupt' && record.secrets[0].pepperId === pepperId)
            .length
        }
      } finally {
        await Promise.all(workers.map((worker) => worker.close()))
        await opened.close()
      }
    })
  })
}

async function expectOf(worker: Worker, good: ReadonlyMap<string, string>, ended: readonly string[]): Promise<void> {
  for (const token of new Set(good.values())) {
    expect({ worker: worker.name, token, ...(await worker.get(token)) }).toMatchObject({ token, status: 204 })
  }
  for (const token of ended) expect(await worker.get(token)).toMatchObject({ status: 401, acceptedAt: undefined })
}
