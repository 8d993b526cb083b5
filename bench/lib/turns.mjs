import { shuffled } from './statistics.mjs'
import { startWorker } from './worker.mjs'

/**
 * Contenders in turn, each in its own process: `launches` times all processes are started again, and in each launch
 * `rounds` rounds are run, every one in a fresh order. Gives the contenders that ran, with what each round gave, and
 * the names of those left out, with the reason.
 */
export async function takeTurns(contenders, { process: file, launches, rounds, turn, after }) {
  const results = new Map(contenders.map(({ name }) => [name, []]))
  const extras = new Map()
  const skipped = new Map()
  for (let launch = 0; launch < launches; launch += 1) {
    const workers = new Map()
    try {
      for (const { name, argument, home } of contenders) {
        if (skipped.has(name)) continue
        const worker = await startWorker(file, argument, home)
        if (worker.skipped === undefined) workers.set(name, worker)
        else skipped.set(name, worker.skipped)
      }
      for (let round = 0; round < rounds; round += 1) {
        for (const [name, worker] of shuffled([...workers])) results.get(name).push(await turn(worker, name))
      }
      if (after !== undefined && launch === launches - 1) {
        for (const [name, worker] of workers) extras.set(name, await after(worker, name))
      }
    } finally {
      for (const worker of workers.values()) await worker.stop()
    }
  }
  for (const name of skipped.keys()) results.delete(name)
  return { results, extras, skipped }
}
