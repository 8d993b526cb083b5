import { once } from 'node:events'
import { createServer } from 'node:http'
import { closeGracefully } from '@claviger/express'
import { systemActor } from '@claviger/core'
import { managementClient, type ManagementClient } from '@claviger/management/client'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { createPipelineKey, createTeamKeyring } from '../src/keyring.ts'
import { reconcile, type Vault, type WantedKey } from '../src/reconcile.ts'

const keyring = createTeamKeyring()
const pipeline = await createPipelineKey(keyring)
const server = createServer(createApp(keyring, () => undefined))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as { port: number }
const url = `http://127.0.0.1:${port}/api/api-keys`
const client = managementClient({ baseUrl: url, headers: { Authorization: `Bearer ${pipeline.token}` } })

afterAll(() => closeGracefully(server, keyring))

const tokens = new Map<string, string>()
const vault: Vault = { store: async (slot, token) => void tokens.set(slot, token) }
let slots = 0
let wanted: WantedKey

beforeEach(() => {
  wanted = {
    slot: `website-${(slots += 1)}`,
    name: 'Website',
    environment: 'production',
    permissions: ['prompts:list', 'prompts:read'],
    rotation: '2026-01',
  }
})

const tokenOf = ({ slot }: WantedKey): string => tokens.get(slot) ?? ''

describe('a pipeline', () => {
  test('makes a key that is wanted, and does nothing when it runs again', async () => {
    expect(await reconcile(client, wanted, vault)).toEqual(['created'])
    const token = tokenOf(wanted)
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({ ok: true })
    expect(await reconcile(client, wanted, vault)).toEqual([])
    expect(tokenOf(wanted)).toBe(token)
  })

  test('puts right what someone has changed by hand', async () => {
    await reconcile(client, wanted, vault)
    const verified = await keyring.verify(tokenOf(wanted))
    if (!verified.ok) throw new Error(verified.code)
    await keyring.as(systemActor('acme')).update(verified.apiKey.id, { name: 'Mine', permissions: ['prompts:list'] })
    expect(await reconcile(client, wanted, vault)).toEqual(['updated'])
    expect(await client.getKey(verified.apiKey.id)).toMatchObject({ name: 'Website', permissions: wanted.permissions })
    expect(await reconcile(client, wanted, vault)).toEqual([])
  })

  test('rotates once for each changed input, and the previous token works for a day', async () => {
    await reconcile(client, wanted, vault)
    const previous = tokenOf(wanted)
    const next = { ...wanted, rotation: '2026-02' }
    expect(await reconcile(client, next, vault)).toEqual(['rotated'])
    expect(await reconcile(client, next, vault)).toEqual([])
    expect(tokenOf(wanted)).not.toBe(previous)
    for (const token of [previous, tokenOf(wanted)]) expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('that ended before the token was stored replaces it', async () => {
    await reconcile(client, wanted, vault)
    const next = { ...wanted, rotation: '2026-02' }
    const fails: Vault = { store: () => Promise.reject(new Error('the vault is sealed')) }
    await expect(reconcile(client, next, fails)).rejects.toThrow('sealed')
    expect(await reconcile(client, next, vault)).toEqual(['rotated'])
    expect(await keyring.verify(tokenOf(wanted))).toMatchObject({ ok: true })
  })

  test('hands out nothing that its own key does not hold', async () => {
    const more = { ...wanted, permissions: ['tokens:introspect'] }
    await expect(reconcile(client, more, vault)).rejects.toMatchObject({ code: 'permission_ceiling' })
    const elsewhere = { ...wanted, environment: 'development' }
    await expect(reconcile(client, elsewhere, vault)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

test('a service asks about a token, and learns nothing of other workspaces', async () => {
  const keys = keyring.as(systemActor('acme'))
  const owner = { type: 'user', id: 'ada' } as const
  const make = (permissions: ['tokens:introspect'] | ['prompts:read']) =>
    keys.create({ name: 'K', environment: 'production', permissions, owner })
  const [service, asked] = [await make(['tokens:introspect']), await make(['prompts:read'])]
  const ask = (key: string, token: string): Promise<Response> =>
    fetch(`${url}/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { Authorization: `Bearer ${key}` },
    })
  expect(await (await ask(service.token, asked.token)).json()).toMatchObject({ active: true, scope: 'prompts:read' })
  expect(await (await ask(service.token, 'acme_production_unknown')).json()).toEqual({ active: false })
  expect((await ask(asked.token, service.token)).status).toBe(403)
})

test('the holder of a key can end it, and a report without a signature ends nothing', async () => {
  const { token } = await createPipelineKey(keyring)
  const other = await createPipelineKey(keyring)
  const report = { method: 'POST', body: JSON.stringify([{ token }]), headers: { 'Content-Type': 'application/json' } }
  expect((await fetch(`${url}/secret-scanning`, report)).status).toBe(401)
  const headers = { Authorization: `Bearer ${token}` }
  expect((await fetch(`${url}/self`, { method: 'DELETE', headers })).status).toBe(200)
  expect((await fetch(`${url}/self`, { headers })).status).toBe(401)
  const revoked: ManagementClient = managementClient({ baseUrl: url, headers })
  await expect(revoked.whoami()).rejects.toMatchObject({ status: 401 })
  expect(await keyring.verify(other.token)).toMatchObject({ ok: true })
})
