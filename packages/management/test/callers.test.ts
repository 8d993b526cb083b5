import type { CallerEntry } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { managementClient } from '../src/client/index.ts'
import { conforming } from './contract/conformance.ts'
import { world, type World } from './support/world.ts'

/** A world whose keyring keeps callers, and what puts some into its store. */
async function kept(
  usage: object = { callers: true },
): Promise<World & { calls: (...entries: Called[]) => Promise<void> }> {
  const store = memoryStore()
  const given = await world({}, { store, usage })
  return {
    ...given,
    send: conforming(given.send),
    calls: async (...entries) => {
      await store.addCallers?.(
        entries.map((entry) => ({ workspaceId: 'ws_acme', version: 1, agent: 'node', ...entry })),
      )
    },
  }
}

type Called = Pick<CallerEntry, 'keyId' | 'network' | 'lastUsedAt'> & Partial<CallerEntry>

describe('GET /keys/{id}/callers', () => {
  test('gives who used a key, with which secret, the latest first', async () => {
    const { send, make, calls } = await kept()
    const { key } = await make()
    const at = Date.UTC(2030, 0, 2)
    await calls(
      { keyId: key.id, network: '10.2.0.0/16', lastUsedAt: at },
      { keyId: key.id, network: null, agent: null, version: 2, lastUsedAt: at + 60_000 },
    )
    expect(await send({ method: 'GET', path: `/keys/${key.id}/callers` })).toMatchObject({
      status: 200,
      body: {
        object: 'keyCallers',
        keyId: key.id,
        kept: true,
        data: [
          { version: 2, network: null, agent: null, lastUsedAt: '2030-01-02T00:01:00.000Z' },
          { version: 1, network: '10.2.0.0/16', agent: 'node', lastUsedAt: '2030-01-02T00:00:00.000Z' },
        ],
      },
    })
  })

  test('is empty before anyone called, and says whether callers are kept', async () => {
    for (const [usage, isKept] of [
      [{ callers: true }, true],
      [{}, false],
    ] as const) {
      const { send, make } = await kept(usage)
      const { key } = await make()
      const { body } = await send({ method: 'GET', path: `/keys/${key.id}/callers` })
      expect(body).toEqual({ object: 'keyCallers', keyId: key.id, kept: isKept, data: [] })
    }
  })

  test('gives nothing of another key, and nothing of another workspace', async () => {
    const { send, make, calls } = await kept()
    const [one, other, foreign] = [await make(), await make(), await make({ workspaceId: 'ws_globex' })]
    await calls(
      { keyId: other.key.id, network: '10.2.0.0/16', lastUsedAt: 1 },
      { keyId: foreign.key.id, network: '10.3.0.0/16', lastUsedAt: 1, workspaceId: 'ws_globex' },
    )
    expect(await send({ method: 'GET', path: `/keys/${one.key.id}/callers` })).toMatchObject({ body: { data: [] } })
    const root = { 'x-test-user': 'root' }
    expect(await send({ method: 'GET', path: `/keys/${foreign.key.id}/callers`, headers: root })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
  })

  test('is 501 on a store that keeps no callers', async () => {
    const { callers: _callers, addCallers: _addCallers, ...store } = memoryStore()
    const given = await world({}, { store })
    const { key } = await given.make()
    expect(await conforming(given.send)({ method: 'GET', path: `/keys/${key.id}/callers` })).toMatchObject({
      status: 501,
      body: { code: 'not_supported' },
    })
  })

  test('has a call in the client', async () => {
    const { api, make, calls } = await kept()
    const { key } = await make()
    await calls({ keyId: key.id, network: '10.2.0.0/16', lastUsedAt: 1 })
    const client = managementClient({
      baseUrl: 'http://api.example',
      headers: { 'x-test-user': 'ada' },
      fetch: (request) => api.fetch(request),
    })
    const { data, kept: isKept } = await client.getKeyCallers(key.id)
    expect([isKept, data]).toEqual([
      true,
      [{ version: 1, network: '10.2.0.0/16', agent: 'node', lastUsedAt: '1970-01-01T00:00:00.001Z' }],
    ])
  })
})
