import { systemActor } from '@claviger/core'
import { managementApi } from '@claviger/management'
import { issue, makeKeyring, workspaceId } from '../lib/keyring.mjs'
import { serve } from '../lib/worker.mjs'

// The management API without a network, beside the calls of core that it stands on; see scenarios/management.mjs.
let keyring
let ways
const input = { name: 'Production', environment: 'production', owner: { type: 'user', id: 'ada' } }

serve({
  async prepare({ keys, hasher }) {
    keyring = makeKeyring({ hasher })
    await issue(keyring, keys)
    const manager = keyring.as(systemActor(workspaceId))
    const api = managementApi({ keyring, authorize: () => systemActor(workspaceId) })
    ways = {
      list: { core: () => manager.list({ limit: 25 }), api: () => ask(api, 'GET', '/keys?limit=25') },
      create: { core: () => manager.create(input), api: () => ask(api, 'POST', '/keys', input) },
    }
  },

  /** CPU time of one call, in nanoseconds, all threads together. */
  async round({ call, way, count }) {
    const before = process.cpuUsage()
    for (let turn = 0; turn < count; turn += 1) await ways[call][way]()
    const { user, system } = process.cpuUsage(before)
    return ((user + system) * 1_000) / count
  },

  stop: () => keyring.close(),
})

async function ask(api, method, path, body) {
  const response = await api.fetch(
    new Request(`http://127.0.0.1${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    }),
  )
  const text = await response.text()
  if (response.status >= 300) throw new Error(text)
}
