import { goal } from '../lib/goals.mjs'
import { makeKeyring } from '../lib/keyring.mjs'
import { nanoseconds, times } from '../lib/report.mjs'
import { measureServer } from '../lib/serving.mjs'
import { median, ratios } from '../lib/statistics.mjs'
import { takeTurns } from '../lib/turns.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Usage recording'

const keys = 1_000
const recordAgeMs = 3_600_000

export async function run({ size }) {
  if (!(await canBeSwitchedOff())) {
    const note = 'Not available: this version of `createKeyring` takes no option `usage`.'
    return {
      tables: [{ title: 'Recording on against off', columns: [''], rows: [], note }],
      goals: [goal('11', undefined, 1.15)],
    }
  }
  const [launches, rounds] = { quick: [1, 7], default: [2, 9], full: [3, 15] }[size]
  const call = await takeTurns(
    bothWays((usage) => ({ name: 'claviger-verify', keys, distribution: 'uniform', options: usage })),
    {
      process: 'verify',
      launches,
      rounds,
      turn: (worker) => worker.ask('round', { roundMs: 60 }),
    },
  )
  const load = await startWorker('load')
  try {
    const http = await takeTurns(
      bothWays((usage) => ({ name: 'claviger', framework: 'express', keys, options: { ...usage, recordAgeMs } })),
      {
        process: 'server',
        launches,
        rounds,
        turn: (server) => measureServer(server, load, { requests: size === 'quick' ? 2_000 : 4_000 }),
      },
    )
    const rows = [row('`await keyring.verify(token)`, hot', call.results), row('request on Express 5', http.results)]
    return {
      tables: [{ title: 'Recording on against off', columns: ['', 'CPU, off = 1', 'off', 'on'], rows }],
      goals: [
        goal('11', onAgainstOff(call.results), 1.15, 'verify'),
        goal('11', onAgainstOff(http.results), 1.15, 'HTTP'),
      ],
    }
  } finally {
    await load.stop()
  }
}

async function canBeSwitchedOff() {
  try {
    await makeKeyring({ usage: false }).close()
    return true
  } catch (error) {
    if (error.code === 'ERR_CLAVIGER_CONFIGURATION') return false
    throw error
  }
}

function bothWays(argument) {
  return [
    { name: 'off', argument: argument({ usage: false }) },
    { name: 'on', argument: argument({}) },
  ]
}

function row(name, results) {
  const figures = ['off', 'on'].map((way) => nanoseconds(median(cpu(results, way))))
  return [name, times(onAgainstOff(results)), ...figures]
}

function onAgainstOff(results) {
  return ratios(cpu(results, 'on'), cpu(results, 'off'))
}

function cpu(results, way) {
  return results.get(way).map(({ cpuNs }) => cpuNs)
}
