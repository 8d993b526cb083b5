import { goal } from '../lib/goals.mjs'
import { bytes, milliseconds, skippedNote, times } from '../lib/report.mjs'
import { forEachStore } from '../lib/servers.mjs'
import { median, ratios } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Cold start'

const warmUp = 15
const unlimited = { maxQueued: 10_000, maxWaitMs: 60_000 }

export async function run({ size }) {
  const keys = size === 'quick' ? 300 : 1_000
  const rounds = { quick: 5, default: 9, full: 15 }[size]
  const rows = []
  const goals = []
  const skipped = await forEachStore(async (store, url) => {
    const { driver, claviger } = await hmac(store, url, keys, rounds)
    const figure = ratios(claviger, driver)
    rows.push([store, times(figure), milliseconds(median(driver)), milliseconds(median(claviger))])
    if (store !== 'memory') goals.push(goal('8a', figure, 1.3, store))
  })
  const argon = await argon2(size === 'quick' ? 100 : keys, size === 'quick' ? 2 : 3)
  return {
    tables: [
      {
        title: `${keys.toLocaleString('en-US')} distinct keys at once, hmacSha256`,
        columns: ['store', "x the driver's batched read", 'driver', 'Claviger'],
        rows,
        note: skippedNote(skipped),
      },
      argon.table,
    ],
    goals: [...goals, ...argon.goals],
  }
}

async function hmac(store, url, keys, rounds) {
  const worker = await startWorker('cold', { store, url, keys, hasher: 'hmacSha256' })
  const driver = []
  const claviger = []
  try {
    // The first rounds open connections and let the compiler see the code.
    for (let round = -warmUp; round < rounds; round += 1) {
      const driverMs = await worker.ask('driver')
      const { ms } = await worker.ask('claviger')
      if (round >= 0) {
        driver.push(driverMs)
        claviger.push(ms)
      }
    }
  } finally {
    await worker.stop()
  }
  return { driver, claviger }
}

async function argon2(keys, rounds) {
  const bounded = []
  const unbounded = []
  const worker = () => startWorker('cold', { store: 'memory', keys, hasher: 'argon2id' })
  let byDefault
  for (let round = 0; round < rounds; round += 1) {
    // A process of its own for each: what argon2 has taken from the system stays with the process.
    for (const [list, command] of [
      [unbounded, 'unbounded'],
      [bounded, 'claviger'],
    ]) {
      const one = await worker()
      list.push(await one.ask(command, { limits: unlimited }))
      if (command === 'claviger' && round === 0) byDefault = await one.ask('claviger')
      await one.stop()
    }
  }
  const perSecond = (list) => list.map(({ ms }) => (keys * 1_000) / ms)
  const peak = (list) => list.map(({ peakBytes }) => peakBytes)
  const row = (name, list) => [
    name,
    Math.round(median(perSecond(list))),
    milliseconds(median(list.map(({ ms }) => ms))),
    bytes(median(peak(list))),
  ]
  return {
    table: {
      title: `${keys.toLocaleString('en-US')} distinct keys at once, argon2id`,
      columns: ['', 'keys a second', 'until the last', 'memory on top'],
      rows: [row('16 in flight, no queue', unbounded), row('Claviger, 2 in flight', bounded)],
      note:
        `With the default bounds (256 queued, 5 s) the first wave of ${keys} answered ${byDefault.answered} and told ` +
        `${byDefault.busy} to come back (503, Retry-After) after ${milliseconds(byDefault.ms)}.`,
    },
    goals: [
      goal('8b', ratios(perSecond(bounded), perSecond(unbounded)), 0.95),
      goal('8c', ratios(peak(bounded), peak(unbounded)), 0.55),
    ],
  }
}
