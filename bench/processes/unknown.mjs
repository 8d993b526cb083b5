import { doorOf } from '@claviger/core/http'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryStore } from '@claviger/store-memory'
import { issue, makeKeyring, warm } from '../lib/keyring.mjs'
import { peakMemory } from '../lib/memory.mjs'
import { wellFormedToken } from '../lib/tokens.mjs'
import { serve } from '../lib/worker.mjs'

// One process that is asked for keys no one has, at a rate; see scenarios/unknown-ids.mjs.
let keyring
let store
const counted = { finds: 0, ids: 0 }

serve({
  async prepare() {
    const memory = memoryStore()
    store = {
      ...memory,
      find(ids) {
        counted.finds += 1
        counted.ids += ids.length
        return memory.find(ids)
      },
    }
    keyring = makeKeyring({ store })
    await warm(keyring, await issue(keyring, 100))
  },

  /** `distinct` unknown keys, over and over; 0 for a new one each time. */
  async flood({ distinct, rate, seconds }) {
    const pool = Array.from({ length: distinct }, () => wellFormedToken())
    Object.assign(counted, { finds: 0, ids: 0 })
    const memory = peakMemory()
    const startedAt = performance.now()
    let sent = 0
    const tally = { pending: 0, refused: 0, given503: 0 }
    const verify = async (token) => {
      tally.pending += 1
      try {
        if ((await doorOf(keyring).check('bearer', `Bearer ${token}`)).ok)
          throw new Error('An unknown key was accepted.')
        tally.refused += 1
      } catch (error) {
        if (!['ERR_CLAVIGER_BUSY', 'ERR_CLAVIGER_UNAVAILABLE'].includes(error.code)) throw error
        tally.given503 += 1
      }
      tally.pending -= 1
    }
    while (performance.now() - startedAt < seconds * 1_000) {
      await delay(5)
      const target = Math.floor(((performance.now() - startedAt) / 1_000) * rate)
      for (; sent < target; sent += 1) void verify(distinct === 0 ? wellFormedToken() : pool[sent % distinct])
    }
    while (tally.pending > 0) await delay(5)
    const took = (performance.now() - startedAt) / 1_000
    return { ...counted, ...tally, sent, seconds: took, peakBytes: memory.stop() }
  },

  stop: () => keyring.close(),
})
