import { memoryStore } from '@claviger/store-memory'
import { issue, makeKeyring, warm } from '../lib/keyring.mjs'
import { wellFormedToken } from '../lib/tokens.mjs'
import { serve } from '../lib/worker.mjs'

// How much of the heap remembering takes; see scenarios/memory.mjs.
serve({
  /** Bytes for each of `count` remembered keys, and for each remembered refusal. */
  async measure({ count }) {
    const options = { cache: { maxEntries: count, maxNegatives: count }, recordAgeMs: 3_600_000 }
    const store = memoryStore()
    const maker = makeKeyring({ store, ...options })
    const tokens = await issue(maker, count)
    // Loads and compiles what verifying needs, so that only the keys are new.
    await warm(maker, tokens.slice(0, 100))
    await maker.verify(wellFormedToken())
    const keyring = makeKeyring({ store: { ...store, close: undefined }, ...options })
    await keyring.ready()
    const empty = heap()
    await warm(keyring, tokens)
    const full = heap()
    for (let index = 0; index < count; index += 1) await keyring.verify(wellFormedToken())
    const refused = heap()
    await keyring.close()
    return { perKey: (full - empty) / count, perRefusal: (refused - full) / count }
  },
})

function heap() {
  for (let turn = 0; turn < 4; turn += 1) globalThis.gc()
  return process.memoryUsage().heapUsed
}
