import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'

/**
 * better-auth with its API-key plugin. `secondary-storage` is a Map in the process and `deferUpdates` takes writes off
 * the request: what its documentation names for speed. Its limit of ten requests a day and key is switched off.
 */
export async function makeBetterAuth(count, storage) {
  const cells = new Map()
  const secondaryStorage = {
    get: (key) => cells.get(key) ?? null,
    set: (key, value) => void cells.set(key, value),
    delete: (key) => void cells.delete(key),
  }
  const database = { user: [], session: [], account: [], verification: [], apikey: [] }
  const auth = betterAuth({
    secret: 'a secret of more than thirty-two characters',
    baseURL: 'http://127.0.0.1',
    database: memoryAdapter(database),
    secondaryStorage,
    logger: { disabled: true },
    telemetry: { enabled: false },
    advanced: { backgroundTasks: { handler: (promise) => void promise.catch(() => {}) } },
    plugins: [
      apiKey({
        storage,
        deferUpdates: true,
        rateLimit: { enabled: false },
        keyExpiration: { defaultExpiresIn: null },
      }),
    ],
  })
  const context = await auth.$context
  const user = await context.internalAdapter.createUser({ name: 'Ada', email: 'ada@example.com', emailVerified: true })
  const tokens = []
  while (tokens.length < count) {
    const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: `Key ${tokens.length}` } })
    tokens.push(key)
  }
  return { tokens, verify: async (key) => (await auth.api.verifyApiKey({ body: { key } })).valid === true }
}
