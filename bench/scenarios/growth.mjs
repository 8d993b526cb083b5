import { goal } from '../lib/goals.mjs'
import { milliseconds, skippedNote } from '../lib/report.mjs'
import { freshServerFor, storeKinds } from '../lib/servers.mjs'
import { median, ratios, shuffled } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Growth of the store'

const smallest = 1_000
const works = ['find', 'commit', 'list']

export async function run({ size }) {
  const sizes = {
    quick: [smallest, 10_000],
    default: [smallest, 10_000, 50_000],
    full: [smallest, 10_000, 100_000, 1_000_000],
  }[size]
  const skipped = new Map()
  const rows = []
  const goals = []
  for (const store of storeKinds.filter((kind) => kind !== 'memory')) {
    const grown = await startGrown(store, sizes)
    if (grown === undefined) {
      skipped.set(store, 'not installed')
      continue
    }
    const measured = await measure(grown, size === 'quick' ? 5 : 9)
    for (const work of works) {
      const series = sizes.map((_, index) => measured.map((round) => round[index][work]))
      const growth = ratios(series.at(-1), series[0])
      const cells = series.map((list) => milliseconds(median(list)))
      rows.push([`${store}, ${named[work]}`, ...cells, `${growth.median.toFixed(2)} x`])
      goals.push(goal('12', growth, 1.3, `${store}, ${named[work]}`))
    }
  }
  return {
    tables: [
      {
        title: 'Time of one call as keys grow',
        columns: ['', ...sizes.map((count) => `${count.toLocaleString('en-US')} keys`), 'last against first'],
        rows,
        note: skippedNote(skipped),
      },
    ],
    goals,
  }
}

const named = { find: '`find`', commit: '`commit`', list: 'first page of `list`' }

/** One server and one process for each size, filled. Undefined when the server is not installed. */
async function startGrown(store, sizes) {
  const grown = []
  for (const to of sizes) {
    const server = await freshServerFor(store)
    if (server === undefined) return undefined
    const worker = await startWorker('growth', { store, url: server.url })
    grown.push({ server, worker })
    await worker.ask('fill', { to })
    await worker.ask('measure', { count: 200 })
  }
  return grown
}

/** The sizes in turn, in a fresh order each round. */
async function measure(grown, rounds) {
  const measured = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      const bySize = grown.map(() => undefined)
      for (const index of shuffled(grown.keys()))
        bySize[index] = await grown[index].worker.ask('measure', { count: 100 })
      measured.push(bySize)
    }
  } finally {
    for (const { server, worker } of grown) {
      await worker.stop()
      await server.stop?.()
    }
  }
  return measured
}
