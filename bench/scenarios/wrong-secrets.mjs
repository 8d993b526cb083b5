import { idOf } from '../lib/fill.mjs'
import { goal } from '../lib/goals.mjs'
import { milliseconds, nanoseconds, times } from '../lib/report.mjs'
import { median, one, ratios } from '../lib/statistics.mjs'
import { wellFormedToken } from '../lib/tokens.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Flood of wrong secrets, argon2id'

const keys = 20
const floodRate = 2_000
const honestRate = 200
const floodTokens = 20_000

export async function run({ size }) {
  const rounds = { quick: 3, default: 5, full: 9 }[size]
  const seconds = size === 'quick' ? 3 : 5
  const workers = await Promise.all([
    startWorker('server', { name: 'claviger', framework: 'express', keys, options: { hasher: 'argon2id' } }),
    startWorker('server', { name: 'lru-sha256', framework: 'express', keys }),
    startWorker('load'),
    startWorker('load'),
  ])
  try {
    const [server, sketch, ...loads] = workers
    const flooded = await flood(server, loads, rounds, seconds)
    const sketchFlooded = await flood(sketch, loads, rounds, seconds)
    const refused = await refusals(workers, { quick: 5, default: 9, full: 15 }[size])
    return report(flooded, sketchFlooded, refused, seconds)
  } finally {
    for (const worker of workers) await worker.stop()
  }
}

async function flood(server, [honestLoad, floodLoad], rounds, seconds) {
  const { port, tokens } = server
  const wrong = Array.from({ length: floodTokens }, (_, index) => wellFormedToken(idOf(tokens[index % keys])))
  const honest = () => honestLoad.ask('paced', { port, tokens, rate: honestRate, seconds, connections: 32 })
  const runsBefore = await server.ask('argon2Runs')
  const quiet = []
  const loud = []
  const sent = []
  await honest()
  for (let round = 0; round < rounds; round += 1) {
    quiet.push(await honest())
    const args = { port, tokens: wrong, rate: floodRate, seconds, connections: 64 }
    const [honestResult, floodResult] = await Promise.all([honest(), floodLoad.ask('paced', args)])
    loud.push(honestResult)
    sent.push(floodResult)
  }
  const strange = sent.find(({ statuses }) => Object.keys(statuses).some((status) => status !== '401'))
  if (strange !== undefined) throw new Error(`The flood was answered ${JSON.stringify(strange.statuses)}`)
  return { quiet, loud, sent, argon2Runs: (await server.ask('argon2Runs')) - runsBefore }
}

/** What one refusal costs: always another wrong secret of a known id. */
async function refusals([server, sketch, load], rounds) {
  const ids = server.tokens.map(idOf)
  const requests = 4_000
  const cpu = { claviger: [], sketch: [] }
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, target] of [
      ['claviger', server],
      ['sketch', sketch],
    ]) {
      const tokens = Array.from({ length: requests }, (_, index) => wellFormedToken(ids[index % keys]))
      await target.ask('begin')
      const { statuses } = await load.ask('closed', { port: target.port, tokens, requests, connections: 16 })
      const used = await target.ask('end')
      if (statuses[401] !== requests) throw new Error(`Refusals were answered ${JSON.stringify(statuses)}`)
      if (round >= 0) cpu[name].push((used * 1_000) / requests)
    }
  }
  return cpu
}

function report({ quiet, loud, sent, argon2Runs }, sketch, refused, seconds) {
  const p99 = (list) => list.map((round) => round.p99)
  const total = sent.reduce((sum, round) => sum + round.sent, 0)
  const rate = Math.round(total / (sent.length * seconds))
  const refusal = ratios(refused.claviger, refused.sketch)
  return {
    tables: [
      {
        title: `Honest traffic, ${honestRate} requests a second on ${keys} keys, beside ${rate} wrong secrets a second`,
        columns: ['', 'p50', 'p99', 'p99, no flood = 1'],
        rows: [
          pace('Claviger without the flood', quiet, quiet),
          pace('Claviger with the flood', loud, quiet),
          pace('sketch (SHA-256, LRU, 401) without', sketch.quiet, sketch.quiet),
          pace('sketch with the flood', sketch.loud, sketch.quiet),
        ],
        note: `${total} wrong secrets with known ids: argon2 ran ${argon2Runs} times.`,
      },
      {
        title: 'CPU of one refusal over HTTP',
        columns: ['', 'CPU', 'x SHA-256 refusal'],
        rows: [
          [
            'sketch: SHA-256, LRU, 401',
            nanoseconds(median(refused.sketch)),
            times(ratios(refused.sketch, refused.sketch)),
          ],
          ['Claviger: grammar, store, tag, 401', nanoseconds(median(refused.claviger)), times(refusal)],
        ],
      },
    ],
    goals: [goal('6a', one(argon2Runs), 0), goal('6b', ratios(p99(loud), p99(quiet)), 1.2), goal('6c', refusal, 1.3)],
  }
}

function pace(name, rounds, base) {
  const p99 = (list) => list.map((round) => round.p99)
  const p50 = median(rounds.map((round) => round.p50))
  return [name, milliseconds(p50), milliseconds(median(p99(rounds))), times(ratios(p99(rounds), p99(base)))]
}
