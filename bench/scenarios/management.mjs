import { nanoseconds, times } from '../lib/report.mjs'
import { median, ratios } from '../lib/statistics.mjs'
import { startWorker } from '../lib/worker.mjs'

export const title = 'Management API'

const keys = 1_000
const calls = [
  { call: 'list', hasher: 'hmacSha256', title: '`GET /keys?limit=25` of 1 000 keys', count: 200 },
  { call: 'create', hasher: 'hmacSha256', title: '`POST /keys`, hmacSha256', count: 200 },
  { call: 'create', hasher: 'argon2id', title: '`POST /keys`, argon2id', count: 10 },
]

export async function run({ size }) {
  const rounds = { quick: 7, default: 15, full: 31 }[size]
  const rows = []
  for (const { call, hasher, title: name, count } of calls) {
    const { core, api } = await measure({ call, hasher, count, rounds })
    rows.push([name, times(ratios(api, core)), nanoseconds(median(core)), nanoseconds(median(api))])
  }
  const columns = ['CPU of one call', 'core = 1', 'core', 'API']
  const note = 'On the memory store, without a network: validation, translation and JSON are what the API adds.'
  return { tables: [{ title: 'The management API beside the calls of core', columns, rows, note }], goals: [] }
}

async function measure({ call, hasher, count, rounds }) {
  const worker = await startWorker('management', { keys: call === 'list' ? keys : 0, hasher })
  const results = { core: [], api: [] }
  try {
    for (let round = -2; round < rounds; round += 1) {
      for (const way of round % 2 === 0 ? ['core', 'api'] : ['api', 'core']) {
        const found = await worker.ask('round', { call, way, count })
        if (round >= 0) results[way].push(found)
      }
    }
  } finally {
    await worker.stop()
  }
  return results
}
