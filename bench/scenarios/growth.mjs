import { goal } from '../lib/goals.mjs'
import { milliseconds, skippedNote } from '../lib/report.mjs'
import { freshServerFor, storeKinds } from '../lib/servers.mjs'
import { ratios } from '../lib/statistics.mjs'
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
    const server = await freshServerFor(store)
    if (server === undefined) {
      skipped.set(store, 'not installed')
      continue
    }
    const measured = await measure(store, server.url, sizes, size === 'quick' ? 3 : 7)
    await server.stop?.()
    for (const work of works) {
      const series = sizes.map((_, index) => measured.map((round) => round[index][work]))
      const growth = ratios(series.at(-1), series[0])
      const cells = series.map((list) =>
        milliseconds(
          ratios(
            list,
            list.map(() => 1),
          ).median,
        ),
      )
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

/** Rounds of every size; each size is measured as soon as it is reached, so a round is a repetition at that size. */
async function measure(store, url, sizes, rounds) {
  const worker = await startWorker('growth', { store, url })
  const bySize = []
  try {
    for (const to of sizes) {
      await worker.ask('fill', { to })
      await worker.ask('measure', { count: 100 })
      const repetitions = []
      for (let round = 0; round < rounds; round += 1) repetitions.push(await worker.ask('measure', { count: 100 }))
      bySize.push(repetitions)
    }
  } finally {
    await worker.stop()
  }
  return Array.from({ length: rounds }, (_, round) => bySize.map((repetitions) => repetitions[round]))
}
