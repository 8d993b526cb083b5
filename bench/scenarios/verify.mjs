import { goal } from '../lib/goals.mjs'
import { bytes, nanoseconds, skippedNote, times } from '../lib/report.mjs'
import { serverFor } from '../lib/servers.mjs'
import { median, one, ratios } from '../lib/statistics.mjs'
import { takeTurns } from '../lib/turns.mjs'

export const title = 'Hot verify'

const few = [1, 1_000]
const every = [1, 1_000, 100_000]
const direct = 'Claviger, `await keyring.verify(token)`'
const contenders = [
  { name: 'floor', title: 'floor: slice + `Map.get`', keys: every },
  { name: 'lru-sha256', title: 'LRU + one-shot SHA-256, no state', keys: every },
  { name: 'claviger', title: '**Claviger**', keys: every },
  { name: 'claviger', title: 'Claviger, argon2id', options: { hasher: 'argon2id' }, keys: [1] },
  { name: 'claviger', title: 'Claviger on SQLite', options: { store: 'sqlite' }, keys: few },
  { name: 'claviger', title: 'Claviger on Redis', options: { store: 'redis' }, keys: few },
  { name: 'claviger', title: 'Claviger on PostgreSQL', options: { store: 'postgres' }, keys: few },
  { name: 'claviger', title: 'Claviger on MariaDB', options: { store: 'mariadb' }, keys: few },
  { name: 'claviger-verify', title: direct, keys: few },
  { name: 'hmac-map', title: '`createHmac` + `Map.get`', keys: every },
  { name: 'passport-http-bearer', title: 'passport-http-bearer + bare Map', keys: every },
  { name: 'prefixed-api-key', title: 'prefixed-api-key + Map', keys: every },
  { name: 'fast-jwt', title: 'fast-jwt HS256, its cache', keys: every },
  { name: 'fast-jwt', title: 'fast-jwt HS256', options: { cached: false }, keys: few },
  { name: 'jose', title: 'jose HS256', keys: few },
  { name: 'express-jwt', title: 'express-jwt HS256', keys: few },
  { name: 'better-auth', title: 'better-auth, secondary storage', keys: few },
]

export async function run({ size, keys, peers, smoke }) {
  const sizes = keys ?? (smoke ? few : every)
  const tables = []
  const goals = []
  for (const count of sizes) {
    for (const distribution of count === 1 ? ['uniform'] : ['uniform', 'zipf']) {
      const measured = await measure(count, distribution, { size, peers, smoke })
      tables.push(tableOf(count, distribution, measured))
      if (distribution === 'uniform') goals.push(...goalsOf(count, measured))
    }
  }
  return { tables, goals }
}

async function measure(count, distribution, { size, peers, smoke }) {
  const large = count > 10_000
  const chosen = []
  const absent = new Map()
  for (const each of contenders) {
    const isWanted = each.keys.includes(count) || (each.keys === every && !few.includes(count))
    const isShort = distribution === 'zipf' || (large && size === 'quick')
    if (!isWanted || (isShort && !isCore(each)) || (!peers && !isOwn(each))) continue
    if (smoke && each.options !== undefined) continue
    const server = await serverFor(each.options?.store)
    if (server === undefined) absent.set(each.title, `${each.options.store} is not installed`)
    else chosen.push(contender(each, count, distribution, server.url))
  }
  const sizes = { quick: [1, 7, 30], default: [1, 11, 60], full: [3, 15, 100] }
  const [launches, rounds, roundMs] = smoke ? [1, 1, 2] : sizes[size]
  const turns = await takeTurns(chosen, {
    process: 'verify',
    launches: large ? 1 : launches,
    rounds,
    turn: (worker) => worker.ask('round', { roundMs }),
    after: (worker, name) =>
      name.includes('Claviger') ? worker.ask('latencies', { count: smoke ? 1_000 : 100_000 }) : undefined,
  })
  return { ...turns, skipped: new Map([...absent, ...turns.skipped]) }
}

const isOwn = ({ name }) => ['floor', 'lru-sha256', 'hmac-map'].includes(name) || name.startsWith('claviger')
const isCore = ({ title }) =>
  ['floor: slice + `Map.get`', 'LRU + one-shot SHA-256, no state', '**Claviger**'].includes(title)

function contender({ name, title, options }, keys, distribution, url) {
  return { name: title, argument: { name, keys, distribution, options: { ...options, url } } }
}

function tableOf(count, distribution, { results, extras, skipped }) {
  const floor = cpu(results, contenders[0].title)
  const rows = [...results].map(([name, rounds]) => {
    const { p50, p99 } = extras.get(name) ?? {}
    return [
      name,
      times(ratios(cpu(results, name), floor)),
      nanoseconds(median(rounds.map(({ cpuNs }) => cpuNs))),
      bytes(median(rounds.map(({ heapBytes }) => heapBytes))),
      p50 === undefined ? '' : `${(p99 / p50).toFixed(1)} x`,
    ]
  })
  return {
    title: `${count.toLocaleString('en-US')} ${count === 1 ? 'key' : 'keys'}${count === 1 ? '' : `, ${distribution}`}`,
    columns: ['contender', 'x floor', 'CPU', 'heap per call', 'p99 / p50'],
    rows,
    note: skippedNote(skipped),
  }
}

function goalsOf(count, { results, extras }) {
  const ours = cpu(results, '**Claviger**')
  const floor = cpu(results, contenders[0].title)
  if (count === 100_000) return [goal('2', ratios(ours, floor), 1.9)]
  if (count !== 1_000) return []
  const slower = (name) => (results.has(name) ? ratios(cpu(results, name), ours) : undefined)
  const { p50, p99 } = extras.get('**Claviger**')
  const heap = median(results.get('**Claviger**').map(({ heapBytes }) => heapBytes))
  return [
    goal('1', ratios(ours, floor), 2.5),
    goal('1b', ratios(cpu(results, direct), floor), 5),
    goal('3a', slower('prefixed-api-key + Map'), 6),
    goal('3b', slower('better-auth, secondary storage'), 500),
    goal('3c', slower('fast-jwt HS256, its cache'), 7),
    goal('3d', slower('passport-http-bearer + bare Map'), 1),
    goal('5a', one(heap), 250),
    goal('5b', one(p99 / p50), 3),
  ]
}

function cpu(results, name) {
  return results.get(name).map(({ cpuNs }) => cpuNs)
}
