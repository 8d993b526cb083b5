import { memoryStore } from '@claviger/store-memory'
import { storeContract } from '@claviger/testing'
import { describe, test } from 'vitest'

storeContract({
  name: 'memoryStore',
  runner: { describe, test },
  makeStore: async () => {
    const store = memoryStore()
    return {
      store,
      second: async () => store.connect(),
      reopen: async () => {
        const reopened = store.connect()
        await store.close()
        return reopened
      },
      close: () => store.close(),
    }
  },
})
