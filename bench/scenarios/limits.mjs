import { goal } from '../lib/goals.mjs'
import { milliseconds, nanoseconds, skippedNote, times } from '../lib/report.mjs'
import { serverFor } from '../lib/servers.mjs'
import { measureServer } from '../lib/serving.mjs'
import { median, ratios } from '../lib/statistics.mjs'
import { takeTurns } from '../lib/turns.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Limits'

// As many keys as are busy at a time: each has its counter, and on Redis its lease.
const keys = 100
const recordAgeMs = 3_600_000
const none = 'no limit'
const memory = '**Claviger**, `memoryLimiter`'
const redis = '**Claviger**, `redisLimiter`'
const exact = '**Claviger**, `redisLimiter`, `ahead: 0`'
const contenders = [
  { title: none, limit: 'none' },
  { title: memory, limit: 'claviger' },
  { title: 'express-rate-limit, memory', limit: 'express-rate-limit', isPeer: true, beside: memory },
  { title: 'rate-limiter-flexible, memory', limit: 'flexible', isPeer: true },
  { title: redis, limit: 'claviger-redis', isShared: true },
  { title: exact, limit: 'claviger-redis-exact', isShared: true },
  {
    title: 'express-rate-limit, Redis',
    limit: 'express-rate-limit-redis',
    isShared: true,
    isPeer: true,
    beside: redis,
  },
  { title: 'rate-limiter-flexible, Redis', limit: 'flexible-redis', isShared: true, isPeer: true },
]

export async function run({ size, peers }) {
  const [launches, rounds, requests] = { quick: [2, 4, 2_000], default: [4, 4, 4_000], full: [6, 5, 6_000] }[size]
  const server = await serverFor('redis')
  const load = await startWorker('load')
  try {
    const chosen = contenders.filter(
      ({ isPeer, isShared }) => (peers || !isPeer) && (server !== undefined || !isShared),
    )
    const { results, skipped } = await takeTurns(
      chosen.map(({ title, limit }) => ({
        name: title,
        argument: { name: 'limited', framework: 'express', keys, options: { limit, url: server?.url, recordAgeMs } },
      })),
      { process: 'server', launches, rounds, turn: (each) => measureServer(each, load, { requests }) },
    )
    return { tables: [tableOf(results, skipped)], goals: goalsOf(results) }
  } finally {
    await load.stop()
  }
}

function goalsOf(results) {
  const cpu = (name) => results.get(name).map(({ cpuNs }) => cpuNs)
  return [
    goal('14a', ratios(cpu(memory), cpu(none)), 1.15),
    ...contenders
      .filter(({ title, beside }) => beside !== undefined && results.has(title) && results.has(beside))
      .map(({ title, beside }) => goal('14b', ratios(cpu(beside), cpu(title)), 1, title)),
  ]
}

function tableOf(results, skipped) {
  const cpu = (name) => results.get(name).map(({ cpuNs }) => cpuNs)
  const rows = [...results].map(([name, rounds]) => [
    name,
    times(ratios(cpu(name), cpu(none))),
    nanoseconds(median(cpu(name))),
    milliseconds(median(rounds.map(({ p50 }) => p50))),
    milliseconds(median(rounds.map(({ p99 }) => p99))),
  ])
  return {
    title: `Express 5, \`authenticate()\` and a limit per key that is never reached, ${keys} keys, 16 connections`,
    columns: ['contender', 'CPU per request, no limit = 1', 'CPU', 'p50', 'p99'],
    rows,
    note: skippedNote(skipped),
  }
}
