import { goal } from '../lib/goals.mjs'
import { milliseconds, nanoseconds, skippedNote, times } from '../lib/report.mjs'
import { measureServer } from '../lib/serving.mjs'
import { median, one, ratios } from '../lib/statistics.mjs'
import { takeTurns } from '../lib/turns.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'HTTP'

const keys = 1_000
const all = '**Claviger**, everything on'
const plain = '**Claviger**, `authenticate()`'
const byHand = 'by hand: scan, SHA-256 + LRU, `Vary`, count'
const bare = 'bare framework'
// Contenders wait for their turns for longer than a record is trusted; a server under load never does.
const recordAgeMs = 3_600_000
const contenders = [
  { name: 'bare', title: bare },
  { name: 'nothing', title: 'a middleware that does nothing' },
  { name: 'nothing', title: 'four middlewares that do nothing', options: { layers: 4 } },
  { name: 'lru-sha256', title: 'sketch: LRU + SHA-256' },
  { name: 'by-hand', title: byHand },
  { name: 'claviger', title: plain, options: { recordAgeMs } },
  { name: 'claviger', title: all, options: { recordAgeMs, guards: true } },
  { name: 'as-verified', title: 'prefixed-api-key + Map', options: { name: 'prefixed-api-key' }, isPeer: true },
  { name: 'passport', title: 'passport-http-bearer + bare Map', only: 'express', isPeer: true },
  { name: 'as-verified', title: 'fast-jwt, its cache', options: { name: 'fast-jwt' }, isPeer: true },
  { name: 'express-jwt', title: 'express-jwt, key object', only: 'express', isPeer: true },
  { name: 'as-verified', title: 'jose, key object', options: { name: 'jose' }, isPeer: true },
  { name: 'as-verified', title: 'better-auth', options: { name: 'better-auth' }, isPeer: true },
]

export async function run({ size, peers }) {
  const tables = []
  const goals = []
  for (const [framework, label, cpuGoal, limit, p99Goal] of [
    ['express', 'Express 5', '4a', 1.08, '4c'],
    ['koa', 'Koa 3', '4b', 1.12, '4d'],
  ]) {
    const { results, skipped } = await measure(framework, size, peers)
    tables.push(tableOf(label, results, skipped))
    const p99 = (name) => results.get(name).map((round) => round.p99)
    const worst = Math.max(...p99(bare))
    goals.push(
      goal(cpuGoal, ratios(cpu(results, all), cpu(results, bare)), limit),
      goal(p99Goal, one(median(p99(all)) / worst), 1),
      goal('4e', ratios(cpu(results, plain), cpu(results, byHand)), 1.05, `${label}, \`authenticate()\``),
      goal('4e', ratios(cpu(results, all), cpu(results, byHand)), 1.12, `${label}, everything on`),
      ...contenders
        .filter(({ title, isPeer }) => isPeer && results.has(title))
        .map(({ title }) => goal('4f', ratios(cpu(results, all), cpu(results, title)), 1, `${label}, ${title}`)),
    )
  }
  return { tables, goals }
}

async function measure(framework, size, peers) {
  // Launches of one server differ by 5 %, as its code is compiled: more of them, and fewer rounds of each.
  const [launches, rounds, requests] = { quick: [2, 4, 2_000], default: [4, 4, 4_000], full: [6, 5, 6_000] }[size]
  const load = await startWorker('load')
  try {
    return await takeTurns(
      contenders
        .filter(({ only, isPeer }) => (only === undefined || only === framework) && (peers || !isPeer))
        .map(({ name, title, options }) => ({ name: title, argument: { name, framework, keys, options } })),
      {
        process: 'server',
        launches,
        rounds,
        turn: (server) => measureServer(server, load, { requests }),
      },
    )
  } finally {
    await load.stop()
  }
}

function tableOf(label, results, skipped) {
  const rows = [...results].map(([name, rounds]) => [
    name,
    times(ratios(cpu(results, name), cpu(results, bare))),
    nanoseconds(median(rounds.map(({ cpuNs }) => cpuNs))),
    milliseconds(median(rounds.map(({ p50 }) => p50))),
    `${milliseconds(median(rounds.map(({ p99 }) => p99)))} (${Math.min(...rounds.map(({ p99 }) => p99)).toFixed(2)}-${Math.max(...rounds.map(({ p99 }) => p99)).toFixed(2)})`,
    Math.round(1e9 / median(rounds.map(({ cpuNs }) => cpuNs))).toLocaleString('en-US'),
  ])
  return {
    title: `${label}, 1,000 keys, 16 connections`,
    columns: ['contender', 'CPU per request, bare = 1', 'CPU', 'p50', 'p99', 'requests a core and second'],
    rows,
    note: skippedNote(skipped),
  }
}

function cpu(results, name) {
  return results.get(name).map(({ cpuNs }) => cpuNs)
}
