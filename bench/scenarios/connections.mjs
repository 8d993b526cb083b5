import { milliseconds, nanoseconds } from '../lib/report.mjs'
import { measureServer } from '../lib/serving.mjs'
import { median } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Concurrent connections'

const options = { guards: true, recordAgeMs: 3_600_000 }

export async function run({ size }) {
  const [rounds, requests] = { quick: [3, 2_000], default: [7, 4_000], full: [11, 6_000] }[size]
  const server = await startWorker('server', { name: 'claviger', framework: 'express', keys: 1_000, options })
  const load = await startWorker('load')
  try {
    const rows = []
    for (const connections of [1, 4, 16, 64]) {
      const measured = []
      for (let round = 0; round < rounds; round += 1) {
        measured.push(await measureServer(server, load, { requests, connections }))
      }
      const of = (name) => median(measured.map((each) => each[name]))
      rows.push([
        String(connections),
        nanoseconds(of('cpuNs')),
        milliseconds(of('p50')),
        milliseconds(of('p99')),
        Math.round(of('perSecond')).toLocaleString('en-US'),
      ])
    }
    const columns = ['connections', 'CPU per request', 'p50', 'p99', 'requests a second']
    return { tables: [{ title: 'Express 5, everything on, 1,000 keys', columns, rows }], goals: [] }
  } finally {
    await server.stop()
    await load.stop()
  }
}
