import { goal } from '../lib/goals.mjs'
import { bytes } from '../lib/report.mjs'
import { one } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Flood of unknown ids'

const rate = 20_000
const negativeSeconds = 2

export async function run({ size }) {
  const seconds = { quick: 5, default: 10, full: 30 }[size]
  const worker = await startWorker('unknown')
  try {
    // Takes from the system what any load takes.
    await worker.ask('flood', { distinct: 0, rate, seconds: 3 })
    const distinct = 5_000
    const repeated = await worker.ask('flood', { distinct, rate, seconds })
    const fresh = await worker.ask('flood', { distinct: 0, rate, seconds })
    // A flood of 5 s sees the beginnings of three spans of 2 s.
    const spans = Math.floor(repeated.seconds / negativeSeconds) + 1
    const reads = repeated.ids / (distinct * spans)
    return {
      tables: [
        {
          title: `${rate.toLocaleString('en-US')} unknown keys a second, in the process, memory store`,
          columns: ['', 'verified a second', 'ids read', 'batches', 'ids a batch', 'RSS on top'],
          rows: [
            row(`${distinct.toLocaleString('en-US')} keys, over and over`, repeated),
            row('a new key each time', fresh),
          ],
        },
      ],
      goals: [goal('7a', one(reads), 1), goal('7b', one(fresh.peakBytes / 1_048_576), 20)],
    }
  } finally {
    await worker.stop()
  }
}

function row(name, { refused, seconds, ids, finds, peakBytes }) {
  return [name, Math.round(refused / seconds), ids, finds, (ids / Math.max(1, finds)).toFixed(1), bytes(peakBytes)]
}
