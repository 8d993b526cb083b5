import { doorOf } from '@claviger/core/http'
import { fillWithKeys, idOf } from '../lib/fill.mjs'
import { makeKeyring } from '../lib/keyring.mjs'
import { quantile, shuffled } from '../lib/statistics.mjs'
import { openStore } from '../lib/stores.mjs'
import { serve } from '../lib/worker.mjs'

// Keys that are never in memory, beside the driver's own reads; see scenarios/miss.mjs.
let opened
let tokens
let keyring

serve({
  async prepare({ store, url, keys }) {
    opened = await openStore(store, url)
    tokens = await fillWithKeys(opened.store, keys)
    keyring = makeKeyring({ store: opened.store, cache: { maxEntries: 1, maxNegatives: 1 } })
    await keyring.ready()
  },

  /** One after the other, the two ways in turn; median times in milliseconds. */
  async single({ count }) {
    const times = { driver: [], claviger: [] }
    const ways = { driver: (token) => opened.readOne(idOf(token)), claviger }
    for (let turn = 0; turn < count; turn += 1) {
      for (const way of shuffled(Object.keys(ways))) {
        const token = draw()
        const before = performance.now()
        await ways[way](token)
        times[way].push(performance.now() - before)
      }
    }
    return { driver: quantile(times.driver, 0.5), claviger: quantile(times.claviger, 0.5) }
  },

  /** Many at once, again and again; milliseconds for each wave. */
  async together({ at, count }) {
    const times = { driver: [], claviger: [] }
    const ways = { driver: (token) => opened.readOne(idOf(token)), claviger }
    for (let turn = 0; turn < count; turn += 1) {
      for (const way of shuffled(Object.keys(ways))) {
        const wave = shuffled(tokens).slice(0, at)
        const before = performance.now()
        await Promise.all(wave.map(ways[way]))
        times[way].push(performance.now() - before)
      }
    }
    return { driver: quantile(times.driver, 0.5), claviger: quantile(times.claviger, 0.5) }
  },

  async stop() {
    await keyring.close()
    await opened.close()
  },
})

async function claviger(token) {
  const { ok } = await doorOf(keyring).check('bearer', `Bearer ${token}`)
  if (!ok) throw new Error('A good key was refused.')
}

let last = 0

function draw() {
  last = (last + 1) % tokens.length
  return tokens[last]
}
