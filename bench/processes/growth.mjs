import { testKeyId, testRecord, testSecret } from '@claviger/testing'
import { insert } from '../lib/fill.mjs'
import { quantile } from '../lib/statistics.mjs'
import { openStore } from '../lib/stores.mjs'
import { serve } from '../lib/worker.mjs'

// A store that grows; see scenarios/growth.mjs. No token fits these records: only the store is at work.
const workspaces = 20
const perCommit = 250
let opened
let filled = 0
let extra = 500_000_000

serve({
  async prepare({ store, url }) {
    opened = await openStore(store, url)
  },

  async fill({ to }) {
    for (; filled < to; filled += perCommit) {
      const records = Array.from({ length: Math.min(perCommit, to - filled) }, (_, index) => recordAt(filled + index))
      await insert(opened.store, records)
    }
    filled = to
  },

  /** Median times in milliseconds. */
  async measure({ count }) {
    const { store } = opened
    return {
      find: await medianTime(count, () => store.find([testKeyId(below(filled))])),
      commit: await medianTime(count, () => insert(store, [recordAt((extra += 1))])),
      list: await medianTime(count, () =>
        store.list({ workspaceId: workspaceOf(below(workspaces)), at: 0, limit: 25 }),
      ),
    }
  },

  stop: () => opened.close(),
})

async function medianTime(count, work) {
  const times = []
  for (let turn = 0; turn < count; turn += 1) {
    const before = performance.now()
    await work()
    times.push(performance.now() - before)
  }
  return quantile(times, 0.5)
}

function below(limit) {
  return Math.floor(Math.random() * limit)
}

function workspaceOf(number) {
  return `ws_${number % workspaces}`
}

function recordAt(number) {
  const createdAt = 1_735_689_600_000 + number
  const user = { type: 'user', id: `user_${number % 5_000}` }
  return testRecord({
    id: testKeyId(number),
    workspaceId: workspaceOf(number),
    name: `Key ${number}`,
    owner: user,
    createdBy: user,
    secrets: [testSecret({ createdAt })],
    createdAt,
    updatedAt: createdAt,
  })
}
