import { bearer } from '../lib/headers.mjs'
import { quantile } from '../lib/statistics.mjs'
import { sampler } from '../lib/sampler.mjs'
import { serve } from '../lib/worker.mjs'

// One contender that verifies header values; see scenarios/verify.mjs.
const batch = 5_000
const heapBatch = 1_000
let contender
let draw
let batchSize = batch

serve({
  async prepare({ name, keys, distribution, options }) {
    const { prepare } = await import(`../contenders/verify/${name}.mjs`)
    contender = await prepare(keys, options)
    draw = sampler(distribution, contender.tokens.length)
    await check()
    batchSize = await fittingBatch()
    for (let turn = 0; turn < 4; turn += 1) await measureRound(20)
  },

  /** CPU time and bytes of the heap per operation, over about `roundMs` of CPU time. */
  round: ({ roundMs }) => measureRound(roundMs),

  /** Times of single operations, the clock's own included. */
  async latencies({ count }) {
    const times = new Float64Array(count)
    const { verify } = contender
    for (let start = 0; start < count; start += batch) {
      const headers = drawHeaders(Math.min(batch, count - start))
      globalThis.gc({ type: 'minor' })
      for (let index = 0; index < headers.length; index += 1) {
        const before = performance.now()
        const result = verify(headers[index])
        if (typeof result === 'object') await result
        times[start + index] = performance.now() - before
      }
    }
    const ns = (share) => quantile(times, share) * 1e6
    return { p50: ns(0.5), p99: ns(0.99) }
  },

  stop: () => contender?.close?.(),
})

async function check() {
  const [token] = contender.tokens
  if (!(await contender.verify(bearer(token)))) throw new Error('a good key was refused')
  for (const wrong of [`${token.slice(0, -5)}AAAAA`, token.slice(0, -1), `${token}x`]) {
    if (wrong !== token && (await contender.verify(bearer(wrong)))) throw new Error('a wrong key was accepted')
  }
}

/** As many operations as take 20 ms, so that slow contenders do not hold up the rest. */
async function fittingBatch() {
  const trial = 50
  await run(drawHeaders(trial))
  const { cpuNs } = await run(drawHeaders(trial))
  return Math.max(20, Math.min(batch, Math.floor(20e6 / cpuNs)))
}

async function measureRound(roundMs) {
  let cpuNs = 0
  let count = 0
  do {
    const headers = drawHeaders(batchSize)
    globalThis.gc({ type: 'minor' })
    const used = await run(headers)
    cpuNs += used.cpuNs * headers.length
    count += headers.length
  } while (cpuNs < roundMs * 1e6)
  const headers = drawHeaders(Math.min(heapBatch, batchSize))
  globalThis.gc({ type: 'minor' })
  const { heapBytes } = await run(headers)
  return { cpuNs: cpuNs / count, heapBytes }
}

async function run(headers) {
  const { verify } = contender
  const heapBefore = process.memoryUsage().heapUsed
  const before = process.cpuUsage()
  const accepted = contender.isAsync ? await countAsync(verify, headers) : countSync(verify, headers)
  const { user, system } = process.cpuUsage(before)
  const heapBytes = (process.memoryUsage().heapUsed - heapBefore) / headers.length
  if (accepted !== headers.length) throw new Error(`refused ${headers.length - accepted} good keys`)
  return { cpuNs: ((user + system) * 1_000) / headers.length, heapBytes }
}

function countSync(verify, headers) {
  let accepted = 0
  for (let index = 0; index < headers.length; index += 1) if (verify(headers[index])) accepted += 1
  return accepted
}

async function countAsync(verify, headers) {
  let accepted = 0
  for (let index = 0; index < headers.length; index += 1) if (await verify(headers[index])) accepted += 1
  return accepted
}

function drawHeaders(count) {
  return Array.from({ length: count }, () => bearer(contender.tokens[draw()]))
}
