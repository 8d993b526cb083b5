import { goal } from '../lib/goals.mjs'
import { milliseconds, skippedNote, times } from '../lib/report.mjs'
import { forEachStore } from '../lib/servers.mjs'
import { median, ratios } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Cache miss'

const at = 64
const warmUp = 5

export async function run({ size }) {
  const rounds = { quick: 5, default: 11, full: 21 }[size]
  const rows = []
  const goals = []
  const skipped = await forEachStore(async (store, url) => {
    const { single, together } = await measure(store, url, rounds)
    const one = ratios(single.claviger, single.driver)
    const many = ratios(together.driver, together.claviger)
    const figures = [single.driver, single.claviger, together.driver, together.claviger]
    rows.push([store, times(one), times(many), ...figures.map((list) => milliseconds(median(list)))])
    if (store !== 'memory') goals.push(goal('9a', one, 1.15, store))
    if (store === 'postgres') goals.push(goal('9b', many, 3))
  })
  const columns = ['store', 'one key, driver = 1', `${at} at once, Claviger = 1`, 'driver, one', 'Claviger, one']
  return {
    tables: [
      {
        title: "A key that is not in memory, beside the driver's own read (pools of ten)",
        columns: [...columns, `driver, ${at}`, `Claviger, ${at}`],
        rows,
        note: skippedNote(skipped),
      },
    ],
    goals,
  }
}

async function measure(store, url, rounds) {
  const worker = await startWorker('miss', { store, url, keys: 500 })
  const single = { driver: [], claviger: [] }
  const together = { driver: [], claviger: [] }
  try {
    // The first rounds open connections and let the compiler see the code.
    for (let round = -warmUp; round < rounds; round += 1) {
      const ones = await worker.ask('single', { count: 200 })
      const waves = await worker.ask('together', { at, count: 20 })
      if (round < 0) continue
      for (const way of ['driver', 'claviger']) {
        single[way].push(ones[way])
        together[way].push(waves[way])
      }
    }
  } finally {
    await worker.stop()
  }
  return { single, together }
}
