import { doorOf } from '@claviger/core/http'
import { createRequire } from 'node:module'
import { fillWithKeys, idOf } from '../lib/fill.mjs'
import { makeKeyring } from '../lib/keyring.mjs'
import { peakMemory } from '../lib/memory.mjs'
import { openStore } from '../lib/stores.mjs'
import { serve } from '../lib/worker.mjs'

// A process that starts with nothing in memory while everyone calls at once; see scenarios/cold.mjs.
const perRead = 500
let opened
let tokens
let hasher

serve({
  async prepare(options) {
    hasher = options.hasher
    opened = await openStore(options.store, options.url)
    tokens = await fillWithKeys(opened.store, options.keys, hasher)
  },

  /** The driver alone: the same ids in as few statements as the store sends. */
  async driver() {
    const ids = tokens.map(idOf)
    globalThis.gc({ type: 'minor' })
    const startedAt = performance.now()
    const reads = []
    for (let start = 0; start < ids.length; start += perRead)
      reads.push(opened.readMany(ids.slice(start, start + perRead)))
    await Promise.all(reads)
    return performance.now() - startedAt
  },

  /** Every key at once, in a new keyring. */
  async claviger({ limits } = {}) {
    const { store } = opened
    // The store is ours to close, not the keyring's.
    const keyring = makeKeyring({ hasher, store: { ...store, close: undefined }, ...(limits && { hashing: limits }) })
    await keyring.ready()
    // Sampling costs; and what making a keyring left behind is no part of a miss.
    const memory = hasher === 'argon2id' ? peakMemory() : undefined
    globalThis.gc({ type: 'minor' })
    const startedAt = performance.now()
    const times = []
    const results = await Promise.allSettled(
      tokens.map(async (token) => {
        const { ok } = await doorOf(keyring).check('bearer', `Bearer ${token}`)
        if (!ok) throw new Error('refused')
        times.push(performance.now() - startedAt)
      }),
    )
    const ms = performance.now() - startedAt
    const peakBytes = memory?.stop()
    await keyring.close()
    const busy = results.filter(({ reason }) => reason !== undefined)
    const strange = busy.find(({ reason }) => reason.code !== 'ERR_CLAVIGER_BUSY')
    if (strange !== undefined) throw strange.reason
    return { ms, peakBytes, answered: times.length, busy: busy.length }
  },

  /** argon2 on every hash, sixteen in flight, as a middleware without a queue would under load. */
  async unbounded() {
    const { verify } = createRequire(import.meta.url)('@node-rs/argon2')
    const found = await opened.store.find(tokens.map(idOf))
    const left = tokens.map((token) => [found.get(idOf(token)).secrets[0].hash, token])
    const memory = peakMemory()
    const startedAt = performance.now()
    const worker = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        if (!(await verify(...next))) throw new Error('refused')
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    return { ms: performance.now() - startedAt, peakBytes: memory.stop() }
  },

  stop: () => opened.close(),
})
