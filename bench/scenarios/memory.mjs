import { goal } from '../lib/goals.mjs'
import { bytes } from '../lib/report.mjs'
import { median, spread } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Memory'

const bound = 10_000

export async function run({ size }) {
  const counts = { quick: [bound], default: [bound], full: [bound, 100_000] }[size]
  const rows = []
  const goals = []
  for (const count of counts) {
    const measured = []
    for (let turn = 0; turn < (size === 'quick' ? 1 : 3); turn += 1) {
      const worker = await startWorker('memory')
      measured.push(await worker.ask('measure', { count }))
      await worker.stop()
    }
    const perKey = measured.map((each) => each.perKey)
    const total = measured.map((each) => ((each.perKey + each.perRefusal) * count) / 1_048_576)
    const perRefusal = median(measured.map((each) => each.perRefusal))
    rows.push([
      count.toLocaleString('en-US'),
      bytes(median(perKey)),
      bytes(perRefusal),
      `${median(total).toFixed(1)} MiB`,
    ])
    if (count === bound) goals.push(goal('10a', spread(perKey), 450), goal('10b', spread(total), 10))
  }
  return {
    tables: [
      {
        title: 'Heap, all in: entry, verification, what handlers see, look-up tables',
        columns: ['keys, and refusals', 'a key', 'a refusal', 'together'],
        rows,
      },
    ],
    goals,
  }
}
