import type { KeyManager } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createExampleKeyring, exampleProduct, type Permission } from '../src/keyring.ts'
import { type Opened, openStore } from '../src/open-store.ts'
import { seed } from '../src/seed.ts'

async function told<Value>(
  opened: Pick<Opened, 'store'>,
  look: (keys: KeyManager<Permission>) => Promise<Value>,
): Promise<Value> {
  await seed(opened.store, exampleProduct)
  const keyring = createExampleKeyring(opened.store)
  const ada = { type: 'user', id: 'ada', workspaceId: 'acme', permissions: ['*:*'], can: { listAll: true } } as const
  const seen = await look(keyring.as(ada))
  await keyring.close()
  return seen
}

test('keeps its keys in a file, and tells its story once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-example-'))
  try {
    const seen: unknown[] = []
    for (let start = 0; start < 2; start += 1) {
      const opened = await openStore(join(folder, 'keys.db'))
      const { items } = await told(opened, (keys) => keys.list({ limit: 100 }))
      expect(items).toHaveLength(16)
      seen.push(items.map(({ id, revision }) => [id, revision]))
      opened.close()
    }
    expect(seen[1]).toEqual(seen[0])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('gives a review something of every kind', async () => {
  const found = await told({ store: memoryStore() }, async (keys) => ({
    ownerGone: await namesOf(keys, { attention: 'ownerGone' }),
    expiring: await namesOf(keys, { attention: 'expiring' }),
    rotationDue: await namesOf(keys, { attention: 'rotationDue' }),
    unused: await namesOf(keys, { attention: 'unused' }),
    neverUsed: await namesOf(keys, { attention: 'neverUsed' }),
    expired: await namesOf(keys, { status: 'expired' }),
    rotating: await namesOf(keys, { status: 'rotating' }),
    disabled: await namesOf(keys, { status: 'disabled' }),
    revoked: await namesOf(keys, { status: 'revoked' }),
  }))
  expect(found).toMatchObject({
    ownerGone: ['Prototype for the fair'],
    expiring: ['Zapier integration'],
    unused: ['Old importer'],
    neverUsed: ['Hackathon team 4'],
    expired: ['Load test'],
    rotating: ['Deployments'],
    disabled: ['Mobile app (beta)'],
    revoked: ['Blog post example'],
  })
  expect(found.rotationDue).toContain('Grafana dashboard')
})

test('has denied requests of several kinds today, and use of a previous secret', async () => {
  const { denied, share } = await told({ store: memoryStore() }, async (keys) => {
    const [rotating] = (await keys.list({ status: 'rotating' })).items
    return {
      denied: (await keys.workspaceUsage()).totals.deniedBy,
      share: (await keys.usage(rotating?.id ?? '')).previousSecretShare,
    }
  })
  expect(Object.keys(denied)).toEqual(
    expect.arrayContaining(['insufficient_permission', 'owner_gone', 'key_disabled', 'key_expired']),
  )
  expect(share).toBeGreaterThan(0.02)
  expect(share).toBeLessThan(0.5)
})

test('says of every change who made it', async () => {
  const { items } = await told({ store: memoryStore() }, (keys) => keys.activity({ limit: 100 }))
  expect(new Set(items.map(({ actor }) => actor.id))).toEqual(new Set(['ada', 'grace', 'jurgen']))
})

async function namesOf(
  keys: KeyManager<Permission>,
  input: Parameters<KeyManager<Permission>['list']>[0],
): Promise<readonly string[]> {
  return (await keys.list({ limit: 100, ...input })).items.map(({ name }) => name)
}
