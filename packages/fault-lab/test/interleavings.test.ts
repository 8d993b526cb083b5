import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { sqliteStore } from '@claviger/store-sql'
import { serverOrSkip } from '@claviger/test-servers'
import { seededRandom } from '@claviger/testing'
import Database from 'libsql'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStore } from '../src/stores.ts'
import { databases } from './databases.ts'
import { delay } from './worker.ts'
import { doorOf } from '@claviger/core/http'

/*
 * Random verifications and revocations of a few keys in two keyrings on one real store, several under way at any time.
 * `FAULT_LAB_STEPS` says how many (default 1 000; the published runs are of 10 000). The seed is in the title.
 */
const steps = Number(process.env.FAULT_LAB_STEPS ?? 1_000)
const seed = Number(process.env.FAULT_LAB_SEED ?? 20_261_123)
const title = `${steps} interleavings, seed ${seed}: no resurrection, no late accept`

interface Handles {
  readonly stores: readonly [KeyStore, KeyStore]
  close(): Promise<void>
}

describe('two keyrings on one memory store', () => {
  test(title, async () => {
    const store = memoryStore()
    await interleave({ stores: [store.connect(), store.connect()], close: async () => {} })
  })
})

describe('two keyrings on one SQLite file', () => {
  test(title, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lab-'))
    const open = (): InstanceType<typeof Database> => new Database(join(directory, 'keys.db'))
    const files = [open(), open()] as const
    const stores = [sqliteStore(files[0]), sqliteStore(files[1])] as const
    await stores[0].migrate()
    await interleave({
      stores,
      async close() {
        for (const file of files) file.close()
        rmSync(directory, { recursive: true })
      },
    })
  })
})

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)
  suite.describe(`two keyrings on one ${database.name}`, () => {
    test(title, async () => {
      const { url } = suite.server()
      await database.prepare(url)
      const opened = [openStore({ kind: database.kind, url }), openStore({ kind: database.kind, url })] as const
      await interleave({
        stores: [opened[0].store, opened[1].store],
        close: async () => void (await Promise.all(opened.map(({ close }) => close()))),
      })
    })
  })
}

async function interleave({ stores, close }: Handles): Promise<void> {
  const random = numbers(seed)
  // What a process has heard: the revocations that were durable when its last finished poll began.
  const durable = new Set<string>()
  const heard = [new Set<string>(), new Set<string>()] as const
  const keyrings = stores.map((store, index) => keyringOn(observingPolls(store, durable, heard[index as 0 | 1])))
  const [first, second] = keyrings as [Keyring, Keyring]
  await Promise.all([first.ready(), second.ready()])
  const manager = first.as(systemActor('lab'))
  const create = () => manager.create({ name: 'Lab', environment: 'ci', owner: { type: 'user', id: 'lab' } })
  const keys = await Promise.all(Array.from({ length: 8 }, create))
  const revokedIn = [new Set<string>(), new Set<string>()] as const
  const everRevoked: { readonly token: string }[] = []
  let accepts = 0
  let refusals = 0

  const verify = async (process: 0 | 1, { key, token }: (typeof keys)[number]): Promise<void> => {
    const mustRefuse = revokedIn[process].has(key.id) || heard[process].has(key.id)
    const verdict = await (process === 0 ? first : second).verify(token)
    if (verdict.ok) accepts += 1
    else refusals += 1
    if (mustRefuse) expect(verdict).toMatchObject({ ok: false, code: 'key_revoked' })
  }
  const revoke = async (process: 0 | 1, created: (typeof keys)[number], place: number): Promise<void> => {
    await (process === 0 ? first : second).as(systemActor('lab')).revoke(created.key.id)
    revokedIn[process].add(created.key.id)
    durable.add(created.key.id)
    everRevoked.push(created)
    keys[place] = await create()
  }

  const underWay = new Set<Promise<void>>()
  for (let step = 0; step < steps; step += 1) {
    const process = random(2) as 0 | 1
    const place = random(keys.length)
    const created = keys[place] as (typeof keys)[number]
    const revoked = everRevoked[random(Math.max(1, everRevoked.length))] as (typeof keys)[number] | undefined
    const choice = random(20)
    const work =
      choice === 0 ? revoke(process, created, place) : verify(process, choice < 5 ? (revoked ?? created) : created)
    const settled: Promise<void> = work.finally(() => underWay.delete(settled))
    settled.catch(() => {})
    underWay.add(settled)
    if (underWay.size >= 1 + random(12)) await Promise.race(underWay)
  }
  await Promise.all(underWay)

  await delay(2_100)
  for (const keyring of keyrings) {
    for (const { token } of everRevoked) {
      expect(doorOf(keyring)?.recall('direct', token)?.ok ?? false).toBe(false)
      expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    }
    for (const { token } of keys) expect(await keyring.verify(token)).toMatchObject({ ok: true })
  }
  expect(everRevoked.length).toBeGreaterThan(steps / 50)
  expect(Math.min(accepts, refusals)).toBeGreaterThan(steps / 20)
  await Promise.all(keyrings.map((keyring) => keyring.close()))
  await close()
}

function keyringOn(store: KeyStore): Keyring {
  return createKeyring({
    prefix: 'lab',
    store,
    permissions: definePermissions({ lab: ['use'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
    // Often, so that many steps come after the news.
    pollMs: 50,
    leaseMs: 5_000,
  })
}

/** Notes, at each finished poll, what had been durable when it began. */
function observingPolls(store: KeyStore, durable: ReadonlySet<string>, heard: Set<string>): KeyStore {
  const { poll } = store
  if (poll === undefined) return store
  return {
    ...store,
    async poll(since) {
      const known = [...durable]
      const result = await poll(since)
      // Applied in the microtasks that follow the answer.
      setImmediate(() => known.forEach((id) => heard.add(id)))
      return result
    },
  }
}

/** Whole numbers below a bound, the same for the same seed. */
function numbers(from: number): (below: number) => number {
  const bytes = seededRandom(from)
  return (below) => Buffer.from(bytes(4)).readUInt32LE(0) % below
}
