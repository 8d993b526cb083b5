import type { BusListener } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import type { Defect, FullStore } from '../honest-store.ts'
import { nudge } from '../tools.ts'

const speaking = (store: FullStore, pass: (message: unknown, listener: BusListener) => void): Partial<FullStore> => ({
  subscribe: (listener) => store.subscribe({ ...listener, message: (message) => pass(message, listener) }),
})

export const bus: readonly Defect[] = [
  {
    name: 'leaves the store id out of its messages',
    breaks: (store) =>
      speaking(store, (message, listener) => listener.message({ ...(message as object), storeId: undefined })),
    fails: ['delivers each change', 'another handle'],
  },
  {
    name: 'speaks to the first listener only',
    breaks: (store) => {
      let taken = false
      return {
        subscribe: async (listener) => {
          if (taken) return { close: async () => {} }
          taken = true
          return store.subscribe(listener)
        },
      }
    },
    fails: ['delivers each change'],
  },
  {
    name: 'speaks of silent commits',
    breaks: (store) => ({
      commit: async (change) => {
        if (change.silent) await store.commit(nudge)
        return store.commit(change)
      },
    }),
    fails: ['silent and for refused'],
  },
  {
    name: 'speaks of refused commits',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        if (!result.ok) await store.commit(nudge)
        return result
      },
    }),
    fails: ['silent and for refused'],
  },
  {
    name: 'keeps speaking after the subscription was closed',
    breaks: (store) => ({
      subscribe: async (listener) => {
        await store.subscribe(listener)
        return { close: async () => {} }
      },
    }),
    fails: ['nothing any more'],
  },
  {
    name: 'speaks only of its own commits',
    harness: () => ({ second: async () => memoryStore() }),
    fails: ['another handle'],
  },
  {
    name: 'fails when a subscription is closed twice',
    breaks: (store) => ({
      subscribe: async (listener) => {
        const subscription = await store.subscribe(listener)
        let closed = false
        return {
          async close() {
            if (closed) throw new Error('not subscribed')
            closed = true
            await subscription.close()
          },
        }
      },
    }),
    fails: ['closed twice'],
  },
]
