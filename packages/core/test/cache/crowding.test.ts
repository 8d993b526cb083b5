import { memoryStore } from '@claviger/store-memory'
import { expect, test } from 'vitest'
import { argon2id, systemActor } from '../../src/index.ts'
import { ada, setUp } from '../support/set-up.ts'

const hasher = argon2id({ memoryKiB: 7_168, iterations: 1 })
const named = { name: 'Production', environment: 'production', owner: ada } as const

let seeds = 1

/** Keys of a workspace, made by a process of their own: no one has verified them yet. */
async function coldKeys(workspaceId: string, count: number, on: ReturnType<typeof memoryStore>): Promise<string[]> {
  const { keyring } = setUp({ on: on.connect(), hasher, seed: (seeds += 1) })
  const keys = keyring.as(systemActor(workspaceId))
  const tokens: string[] = []
  for (let index = 0; index < count; index += 1) tokens.push((await keys.create(named)).token)
  return tokens
}

async function allAccepted(verifications: readonly Promise<{ readonly ok: boolean }>[]): Promise<boolean> {
  return (await Promise.all(verifications)).every(({ ok }) => ok)
}

test('a tenant that makes keys without end keeps no cold key of another from being verified', async () => {
  const shared = memoryStore()
  const tokens = await coldKeys('ws_globex', 10, shared)
  const { keyring, keys } = setUp({ on: shared.connect(), hasher, hashing: { maxQueued: 16 } })
  const making = Array.from({ length: 100 }, () => keys.create(named).catch(() => undefined))
  expect(await allAccepted(tokens.map((token) => keyring.verify(token)))).toBe(true)
  // Those that found a place come to their turn afterwards.
  expect((await Promise.all(making)).filter((made) => made !== undefined).length).toBeGreaterThanOrEqual(4)
})

test('a tenant with more cold keys than hashes may wait keeps no cold key of another from being verified', async () => {
  const shared = memoryStore()
  const [many, few] = [await coldKeys('ws_acme', 40, shared), await coldKeys('ws_globex', 5, shared)]
  const { keyring } = setUp({ on: shared.connect(), hasher, hashing: { maxQueued: 16 } })
  const crowd = many.map((token) => keyring.verify(token).catch(() => undefined))
  expect(await allAccepted(few.map((token) => keyring.verify(token)))).toBe(true)
  const served = (await Promise.all(crowd)).filter((verification) => verification?.ok === true)
  expect(served.length).toBeGreaterThanOrEqual(10)
})

test('a workspace alone in its process may use every place', async () => {
  const shared = memoryStore()
  const tokens = await coldKeys('ws_acme', 18, shared)
  const { keyring } = setUp({ on: shared.connect(), hasher, hashing: { maxQueued: 16 } })
  expect(await allAccepted(tokens.map((token) => keyring.verify(token)))).toBe(true)
})
