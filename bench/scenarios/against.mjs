import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bytes, milliseconds, nanoseconds, times } from '../lib/report.mjs'
import { measureServer } from '../lib/serving.mjs'
import { median, ratios } from '../lib/statistics.mjs'
import { takeTurns } from '../lib/turns.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Against another checkout'

const here = 'this checkout'
const there = 'the other'
const recordAgeMs = 3_600_000
const rounds = { quick: [2, 7, 30], default: [4, 9, 60], full: [8, 11, 100] }
const requests = { quick: [2, 4, 2_000], default: [6, 4, 4_000], full: [10, 4, 6_000] }
const launches = { quick: 3, default: 7, full: 11 }

/** Both checkouts in turn, each with its own packages and its own `bench/processes`. The other has to be built. */
export async function run({ size, against, keys = [1, 1_000, 100_000] }) {
  const homes = new Map([
    [here, undefined],
    [there, new URL('bench/', `${pathToFileURL(resolve(against)).href}/`)],
  ])
  const rows = []
  for (const count of keys) rows.push(await verify(homes, size, count))
  rows.push(await memory(homes, size))
  for (const framework of ['express', 'koa']) rows.push(...(await http(homes, size, framework)))
  const columns = ['', 'this / other', 'this', 'other']
  return { tables: [{ title: `This checkout against ${against}`, columns, rows }], goals: [] }
}

async function verify(homes, size, keys) {
  const [launches, rounds_, roundMs] = rounds[size]
  const argument = { name: 'claviger', keys, distribution: 'uniform', options: {} }
  const { results } = await takeTurns(contenders(homes, argument), {
    process: 'verify',
    launches: keys > 10_000 ? 2 : launches,
    rounds: rounds_,
    turn: (worker) => worker.ask('round', { roundMs }),
  })
  return row(`hot \`verify\`, ${keys.toLocaleString('en-US')} keys`, results, ({ cpuNs }) => cpuNs, nanoseconds)
}

async function memory(homes, size) {
  const { results } = await takeTurns(contenders(homes), {
    process: 'memory',
    launches: launches[size],
    rounds: 1,
    turn: (worker) => worker.ask('measure', { count: 50_000 }),
  })
  return row('heap of a cached key', results, ({ perKey }) => perKey, bytes)
}

async function http(homes, size, framework) {
  const [launches, rounds, count] = requests[size]
  const argument = { name: 'claviger', framework, keys: 1_000, options: { recordAgeMs, guards: true } }
  const load = await startWorker('load')
  try {
    const { results } = await takeTurns(contenders(homes, argument), {
      process: 'server',
      launches,
      rounds,
      turn: (server) => measureServer(server, load, { requests: count }),
    })
    return [
      row(`${framework}, everything on, CPU`, results, ({ cpuNs }) => cpuNs, nanoseconds),
      row(`${framework}, everything on, p99`, results, ({ p99 }) => p99, milliseconds),
    ]
  } finally {
    await load.stop()
  }
}

function contenders(homes, argument) {
  return [...homes].map(([name, home]) => ({ name, argument, home }))
}

function row(name, results, figureOf, format) {
  const [ours, theirs] = [here, there].map((side) => results.get(side).map(figureOf))
  return [name, times(ratios(ours, theirs)), format(median(ours)), format(median(theirs))]
}
